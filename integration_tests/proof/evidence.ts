import type { OrgPicture, Row } from './org-picture.ts';
import type { CdpContent, CdpEntity } from './read-cdp.ts';

/** The entities that have each Salesforce id. */
export type ById = ReadonlyMap<string, readonly CdpEntity[]>;

/** Org and CDP, arranged as the claims ask for them. */
export interface Evidence {
  readonly cdp: CdpContent;
  readonly people: { readonly Contact: ById; readonly Lead: ById };
  readonly organizations: ById;
  /** Rows that are not deleted; leads without the converted ones. */
  readonly accounts: readonly Row[];
  readonly contacts: readonly Row[];
  readonly openLeads: readonly Row[];
  /** Leads that were converted since the earlier picture. */
  readonly converted: readonly Row[];
  /** Ids of all rows that a sync may have sent. */
  readonly sent: Readonly<Record<'Account' | 'Contact' | 'Lead', ReadonlySet<string>>>;
}

const isLiving = (row: Row): boolean => row['IsDeleted'] !== true;
const isConverted = (row: Row): boolean => row['IsConverted'] === true;

export const idOf = (row: Row): string => String(row['Id']);

const byField = (entities: readonly CdpEntity[], field: string | undefined): ById =>
  Map.groupBy(
    entities.filter((entity) => field !== undefined && entity.fields[field] !== undefined),
    (entity) => String(entity.fields[field ?? '']),
  );

const livingIds = (...pictures: readonly (readonly Row[])[]): Set<string> =>
  new Set(pictures.flat().filter(isLiving).map(idOf));

/** `before` is the org as it was when an earlier sync began. */
export const gatherEvidence = (org: OrgPicture, before: OrgPicture | undefined, cdp: CdpContent): Evidence => {
  const openBefore = new Set(
    (before?.leads ?? []).filter((row) => isLiving(row) && !isConverted(row)).map((row) => row['Id']),
  );
  return {
    cdp,
    people: {
      Contact: byField(cdp.people, cdp.personFields.get('Salesforce contact ID')),
      Lead: byField(cdp.people, cdp.personFields.get('Salesforce lead ID')),
    },
    organizations: byField(cdp.organizations, cdp.organizationFields.get('Salesforce account ID')),
    accounts: org.accounts.filter(isLiving),
    contacts: org.contacts.filter(isLiving),
    openLeads: org.leads.filter((row) => isLiving(row) && !isConverted(row)),
    converted: org.leads.filter((row) => isLiving(row) && isConverted(row) && openBefore.has(row['Id'])),
    sent: {
      Account: livingIds(org.accounts, before?.accounts ?? []),
      Contact: livingIds(org.contacts, before?.contacts ?? []),
      Lead: livingIds(
        org.leads.filter((row) => !isConverted(row)),
        before?.leads ?? [],
      ),
    },
  };
};
