// What the users of an Ortto account have defined: custom fields and activities.

/** A custom field, or an attribute of an activity, as the account has it. */
export interface CustomField {
  readonly id: string;
  readonly name: string;
  /** Any of Ortto's display types, including those this connector cannot write. */
  readonly type: string;
}

/** A kind of activity as the account has it. */
export interface ActivityDefinition {
  /** `act:cm:task` for people, `act:oc:task` for organizations. */
  readonly id: string;
  readonly name: string;
  readonly attributes: readonly CustomField[];
}
