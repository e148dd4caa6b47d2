// What an Ortto account has been given by its users: custom fields and activity definitions.

/** A custom field, or an attribute of an activity, as the account has it. */
export interface CustomField {
  readonly id: string;
  readonly name: string;
  /** Any of Ortto's display types, those this connector cannot write included. */
  readonly type: string;
}

/** A kind of activity as the account has it. */
export interface ActivityDefinition {
  /** `act:cm:task` for people, `act:oc:task` for organizations. */
  readonly id: string;
  readonly name: string;
  readonly attributes: readonly CustomField[];
}
