export type Row = Readonly<Record<string, unknown>>;

/** What an org held at one moment, as far as the claims ask. */
export interface OrgPicture {
  readonly accounts: readonly Row[];
  readonly contacts: readonly Row[];
  readonly leads: readonly Row[];
}

export const takePicture = (org: { rows(object: string): readonly Row[] }): OrgPicture => ({
  accounts: org.rows('Account'),
  contacts: org.rows('Contact'),
  leads: org.rows('Lead'),
});
