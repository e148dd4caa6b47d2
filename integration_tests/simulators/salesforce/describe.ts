import type { Catalog, OrgObject } from './catalog.ts';
import { isCompound, isFilterable, isGroupable, isSortable } from './field-rules.ts';
import type { FieldDefinition, FieldType, ObjectFlag } from './schema.ts';

// Describe answers with every key a real org sends, worked out from the definitions.

type Json = Readonly<Record<string, unknown>>;

const SOAP_TYPES: Partial<Record<FieldType, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
  base64: 'xsd:base64Binary',
  address: 'urn:address',
  location: 'urn:location',
  anyType: 'xsd:anyType',
};

const byteLength = (field: FieldDefinition): number => {
  if (field.type === 'id' || field.type === 'reference') return 18;
  if (field.name === 'Fiscal') return 6;
  return (field.length ?? 0) * 3;
};

const picklistValues = (field: FieldDefinition): readonly Json[] =>
  (field.values ?? []).map((value) => ({
    active: true,
    defaultValue: value === field.defaultValue,
    label: value,
    validFor: null,
    value,
  }));

const describeField = (field: FieldDefinition): Json => {
  const targets = field.referenceTo ?? [];
  const polymorphic = targets.length > 1;
  const isCustom = field.name.endsWith('__c') || field.name.endsWith('__s');
  const createable = field.createable ?? true;
  return {
    aggregatable: isSortable(field) && field.type !== 'boolean',
    aiPredictionField: false,
    autoNumber: field.autoNumber !== undefined,
    byteLength: byteLength(field),
    calculated: field.formula ?? false,
    calculatedFormula: field.formula === true ? `Formula of ${field.label}` : null,
    cascadeDelete: false,
    caseSensitive: false,
    compoundFieldName: field.compound ?? null,
    controllerName: null,
    createable,
    custom: isCustom,
    defaultValue: field.defaultValue ?? null,
    defaultValueFormula: null,
    defaultedOnCreate: field.defaultedOnCreate ?? false,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? 8 : 0,
    displayLocationInDecimal: field.type === 'location',
    encrypted: false,
    externalId: field.externalId ?? false,
    extraTypeInfo: field.extraTypeInfo ?? null,
    filterable: isFilterable(field),
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: isGroupable(field),
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: field.idLookup ?? false,
    inlineHelpText: null,
    label: field.label,
    length: field.length ?? 0,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField ?? false,
    namePointing: polymorphic,
    nillable: !(field.required ?? false),
    permissionable: createable && field.required !== true && field.extraTypeInfo !== 'personname',
    picklistValues: picklistValues(field),
    polymorphicForeignKey: polymorphic,
    precision: field.precision ?? 0,
    queryByDistance: isCompound(field),
    referenceTargetField: null,
    referenceTo: targets,
    relationshipName: field.relationshipName ?? null,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.restricted ?? false,
    scale: field.scale ?? 0,
    searchPrefilterable: field.type === 'reference' && createable,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    sortable: isSortable(field),
    type: field.type,
    unique: field.unique ?? false,
    updateable: field.updateable ?? createable,
    writeRequiresMasterRead: false,
  };
};

const WRITABLE: Readonly<Record<ObjectFlag, boolean>> = {
  createable: true,
  deletable: true,
  feedEnabled: false,
  layoutable: true,
  mergeable: false,
  mruEnabled: true,
  queryable: true,
  replicateable: true,
  retrieveable: true,
  searchable: true,
  triggerable: true,
  undeletable: true,
  updateable: true,
};

const flagsOf = (object: OrgObject): Json => ({ ...WRITABLE, ...object.definition.flags });

const urlsOf = (name: string, version: string): Json => {
  const base = `/services/data/v${version}/sobjects/${name}`;
  return {
    compactLayouts: `${base}/describe/compactLayouts`,
    rowTemplate: `${base}/{ID}`,
    approvalLayouts: `${base}/describe/approvalLayouts`,
    listviews: `${base}/listviews`,
    describe: `${base}/describe`,
    quickActions: `${base}/quickActions`,
    layouts: `${base}/describe/layouts`,
    sobject: base,
  };
};

const heading = (object: OrgObject, version: string): Json => ({
  ...flagsOf(object),
  activateable: false,
  associateEntityType: object.definition.associateEntityType ?? null,
  associateParentEntity: object.definition.associateParentEntity ?? null,
  custom: object.name.endsWith('__c'),
  customSetting: false,
  deepCloneable: false,
  deprecatedAndHidden: false,
  hasSubtypes: false,
  isInterface: false,
  isSubtype: false,
  keyPrefix: object.definition.keyPrefix,
  label: object.definition.label,
  labelPlural: object.definition.labelPlural,
  name: object.name,
  urls: urlsOf(object.name, version),
});

/** The satellites of every object that people can follow: they are listed, but cannot be queried here. */
const satellites = (object: OrgObject): readonly Json[] =>
  object.definition.flags?.feedEnabled === true
    ? ['ChangeEvent', 'Feed', 'Share'].map((kind) => ({
        ...heading(object, '0.0'),
        ...Object.fromEntries(Object.keys(WRITABLE).map((flag) => [flag, false])),
        associateEntityType: kind,
        associateParentEntity: object.name,
        keyPrefix: null,
        label: `${object.definition.label} ${kind}`,
        labelPlural: `${object.definition.label} ${kind}`,
        name: object.name.endsWith('__c') ? `${object.name.slice(0, -1)}${kind}` : `${object.name}${kind}`,
        urls: {},
      }))
    : [];

export const describeGlobal = (catalog: Catalog, version: string): Json => ({
  encoding: 'UTF-8',
  maxBatchSize: 200,
  sobjects: catalog.objects.flatMap((object) => [heading(object, version), ...satellites(object)]),
});

const childRelationships = (catalog: Catalog, parent: OrgObject): readonly Json[] =>
  catalog.children(parent.name).flatMap(({ object, field }) => {
    const relationship = {
      cascadeDelete: field.cascadeDelete ?? false,
      childSObject: object.name,
      deprecatedAndHidden: false,
      field: field.name,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: field.childRelationship ?? null,
      restrictedDelete: false,
    };
    const event = object.name.endsWith('__c') ? `${object.name.slice(0, -1)}ChangeEvent` : `${object.name}ChangeEvent`;
    const housekeeping = { ...relationship, cascadeDelete: false, childSObject: event, relationshipName: null };
    return object.definition.associateEntityType === undefined ? [relationship, housekeeping] : [relationship];
  });

const scopes = (object: OrgObject): readonly Json[] => [
  { label: `All ${object.definition.labelPlural.toLowerCase()}`, name: 'everything' },
  ...(object.field('OwnerId') === undefined
    ? []
    : [{ label: `My ${object.definition.labelPlural.toLowerCase()}`, name: 'mine' }]),
];

/** The describe of one object, as the integration user may see it. */
export const describeObject = (catalog: Catalog, object: OrgObject, version: string): Json => ({
  ...heading(object, version),
  actionOverrides: [],
  childRelationships: childRelationships(catalog, object),
  compactLayoutable: true,
  defaultImplementation: null,
  extendedBy: null,
  extendsInterfaces: null,
  fields: object.visible.map(describeField),
  implementedBy: null,
  implementsInterfaces: null,
  listviewable: null,
  lookupLayoutable: null,
  namedLayoutInfos: [],
  networkScopeFieldName: null,
  recordTypeInfos: [
    {
      active: true,
      available: true,
      defaultRecordTypeMapping: true,
      developerName: 'Master',
      master: true,
      name: 'Master',
      recordTypeId: '012000000000000AAA',
      urls: { layout: `/services/data/v${version}/sobjects/${object.name}/describe/layouts/012000000000000AAA` },
    },
  ],
  searchLayoutable: true,
  sobjectDescribeOption: 'FULL',
  supportedScopes: scopes(object),
});
