// What an org's objects and fields are, as data. Describe answers, tables and queries are all derived from this.

export type FieldType =
  | 'id'
  | 'reference'
  | 'string'
  | 'textarea'
  | 'phone'
  | 'url'
  | 'email'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'base64'
  | 'address'
  | 'location'
  | 'anyType';

export interface FieldDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** Values of a picklist, in order. */
  readonly values?: readonly string[];
  readonly restricted?: boolean;
  readonly defaultValue?: string | boolean;
  /** Must have a value: `nillable` false. */
  readonly required?: boolean;
  readonly createable?: boolean;
  readonly updateable?: boolean;
  readonly filterable?: boolean;
  readonly sortable?: boolean;
  /** The compound field this one is a part of. */
  readonly compound?: string;
  readonly referenceTo?: readonly string[];
  readonly relationshipName?: string;
  /** Name of the relationship as seen from the parent; null for those without one. */
  readonly childRelationship?: string | null;
  /** Rows are deleted with their parent. */
  readonly cascadeDelete?: boolean;
  /**
   * SQL over the row's own columns, with `{t}` for its table. Such a field is never stored: Salesforce works it out.
   * With `formula` it is a formula field (`calculated`), whose change moves no timestamp.
   */
  readonly derived?: string;
  readonly formula?: boolean;
  readonly autoNumber?: string;
  readonly nameField?: boolean;
  readonly idLookup?: boolean;
  readonly externalId?: boolean;
  readonly unique?: boolean;
  readonly extraTypeInfo?: string;
  readonly defaultedOnCreate?: boolean;
}

export interface ObjectDefinition {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  /** The first three characters of its rows' ids; null where rows have none. */
  readonly keyPrefix: string | null;
  readonly fields: readonly FieldDefinition[];
  /** Differences from an ordinary, writable object. */
  readonly flags?: Readonly<Partial<Record<ObjectFlag, boolean>>>;
  readonly associateEntityType?: string;
  readonly associateParentEntity?: string;
}

export type ObjectFlag =
  | 'createable'
  | 'deletable'
  | 'feedEnabled'
  | 'layoutable'
  | 'mergeable'
  | 'mruEnabled'
  | 'queryable'
  | 'replicateable'
  | 'retrieveable'
  | 'searchable'
  | 'triggerable'
  | 'undeletable'
  | 'updateable';

type More = Partial<Omit<FieldDefinition, 'name' | 'label' | 'type'>>;

export const field = (type: FieldType, name: string, label: string, more: More = {}): FieldDefinition => ({
  name,
  label,
  type,
  ...more,
});

export const text = (name: string, label: string, length: number, more: More = {}): FieldDefinition =>
  field('string', name, label, { length, ...more });

/** Text of several lines. From 256 characters on it can be neither filtered nor sorted. */
export const area = (name: string, label: string, length: number, more: More = {}): FieldDefinition =>
  field('textarea', name, label, { length, extraTypeInfo: 'plaintextarea', ...more });

export const picklist = (
  name: string,
  label: string,
  length: number,
  values: readonly string[],
  more: More = {},
): FieldDefinition => field('picklist', name, label, { length, values, ...more });

export const number = (
  type: 'double' | 'currency' | 'percent',
  name: string,
  label: string,
  precision: number,
  scale: number,
  more: More = {},
): FieldDefinition => field(type, name, label, { precision, scale, ...more });

/** A checkbox; never null. */
export const checkbox = (name: string, label: string, more: More = {}): FieldDefinition =>
  field('boolean', name, label, { required: true, defaultValue: false, defaultedOnCreate: true, ...more });

export const lookup = (
  name: string,
  label: string,
  to: string | readonly string[],
  relationshipName: string,
  childRelationship: string | null,
  more: More = {},
): FieldDefinition =>
  field('reference', name, label, {
    length: 18,
    referenceTo: typeof to === 'string' ? [to] : to,
    relationshipName,
    childRelationship,
    ...more,
  });

const readOnly = { createable: false, updateable: false } as const;
const system = { ...readOnly, required: true, defaultedOnCreate: true } as const;

export const idField = (label: string): FieldDefinition =>
  field('id', 'Id', label, { length: 18, idLookup: true, ...system });

export const isDeletedField: FieldDefinition = checkbox('IsDeleted', 'Deleted', readOnly);

export const masterRecordField = (object: string): FieldDefinition =>
  lookup('MasterRecordId', 'Master Record ID', object, 'MasterRecord', null, readOnly);

export const ownerField = (label: string, to: string | readonly string[] = 'User'): FieldDefinition =>
  lookup('OwnerId', label, to, 'Owner', null, { required: true, defaultedOnCreate: true });

/** Who created and last changed a row, and when; SystemModstamp among them. */
export const auditFields: readonly FieldDefinition[] = [
  field('datetime', 'CreatedDate', 'Created Date', system),
  lookup('CreatedById', 'Created By ID', 'User', 'CreatedBy', null, system),
  field('datetime', 'LastModifiedDate', 'Last Modified Date', system),
  lookup('LastModifiedById', 'Last Modified By ID', 'User', 'LastModifiedBy', null, system),
  field('datetime', 'SystemModstamp', 'System Modstamp', system),
];

const ACCURACIES = [
  'Address',
  'NearAddress',
  'Block',
  'Street',
  'ExtendedZip',
  'Zip',
  'Neighborhood',
  'City',
  'County',
  'State',
  'Unknown',
];

/** A compound address and its parts: `Mailing` gives MailingStreet … MailingAddress, the empty prefix Street … Address. */
export const addressFields = (prefix: string): readonly FieldDefinition[] => {
  const label = (part: string): string => (prefix === '' ? part : `${prefix} ${part}`);
  const more = { compound: `${prefix}Address` };
  return [
    area(`${prefix}Street`, label('Street'), 255, more),
    text(`${prefix}City`, label('City'), 40, more),
    text(`${prefix}State`, label('State/Province'), 80, more),
    text(`${prefix}PostalCode`, label('Zip/Postal Code'), 20, more),
    text(`${prefix}Country`, label('Country'), 80, more),
    number('double', `${prefix}Latitude`, label('Latitude'), 18, 15, more),
    number('double', `${prefix}Longitude`, label('Longitude'), 18, 15, more),
    picklist(`${prefix}GeocodeAccuracy`, label('Geocode Accuracy'), 40, ACCURACIES, { ...more, restricted: true }),
    field('address', `${prefix}Address`, label('Address'), readOnly),
  ];
};

/** The parts of a person's name and the Name made of them. */
export const personNameFields: readonly FieldDefinition[] = [
  text('LastName', 'Last Name', 80, { required: true, compound: 'Name', extraTypeInfo: 'personname' }),
  text('FirstName', 'First Name', 40, { compound: 'Name', extraTypeInfo: 'personname' }),
  picklist('Salutation', 'Salutation', 40, ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.', 'Mx.'], {
    compound: 'Name',
    extraTypeInfo: 'personname',
  }),
  text('Name', 'Full Name', 121, {
    ...readOnly,
    required: true,
    nameField: true,
    extraTypeInfo: 'personname',
    derived: `(COALESCE({t}."FirstName" || ' ', '') || {t}."LastName")`,
  }),
];

export const readOnlyField = readOnly;
