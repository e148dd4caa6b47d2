// What Salesforce's describe says of an object, as far as this connector reads it. Answers carry many more keys.

/** Describe lists only the fields the logged-in user may see. */
export interface FieldDescription {
  readonly name: string;
  readonly label: string;
  /** Salesforce's own type name; formula fields already carry the type of their result. */
  readonly type: string;
  readonly custom: boolean;
  /** A formula or roll-up summary: its change does not move the row's cursor. */
  readonly calculated: boolean;
  readonly filterable: boolean;
  /** On a part of a compound, the compound's name (BillingStreet: BillingAddress); else null. */
  readonly compoundFieldName: string | null;
  /** On a reference, the name its parent goes by in a path (AccountId: Account); else null. */
  readonly relationshipName: string | null;
  /** The objects a reference may point to; empty on other types. */
  readonly referenceTo: readonly string[];
  readonly nillable: boolean;
}

interface ChildRelationship {
  readonly childSObject: string;
  /** The reference field of the child. */
  readonly field: string;
  readonly relationshipName: string | null;
}

export interface ObjectDescription {
  readonly name: string;
  readonly label: string;
  readonly custom: boolean;
  readonly queryable: boolean;
  /** Whether the object answers `/deleted`. */
  readonly replicateable: boolean;
  readonly keyPrefix: string | null;
  readonly fields: readonly FieldDescription[];
  readonly childRelationships: readonly ChildRelationship[];
}
