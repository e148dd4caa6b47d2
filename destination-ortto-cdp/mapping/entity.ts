import { unmappedFields } from './catalog-fields.ts';
import type { CatalogFields } from './catalog-fields.ts';
import { consentNote, consentReading, consentRule, PERMISSIONS } from './consent.ts';
import type { ConsentReading } from './consent-reading.ts';
import type { DestinationConfig, FieldRule, FindStrategy, NullRule } from '../config.ts';
import { customRow } from './defaults.ts';
import type { MappingRow, ObjectRules } from './defaults.ts';
import { phoneCountryOf } from './country.ts';
import type { PhoneCountry } from './country.ts';
import type { CustomFields, FieldTarget } from './custom-fields.ts';
import { plainName, readDisplayType, typeOfProperty } from '../ortto/field-types.ts';
import type { DisplayType } from '../ortto/field-types.ts';
import { notSentNote } from './findings.ts';
import { noteMissingOptOut, noteSharedTargets, noteTooManyFields } from './entity-checks.ts';
import type { Findings } from './findings.ts';
import { nameProblem, noteUnknownField } from './unknown-names.ts';
import { allowance, ceiling, strictest } from './field-rules.ts';
import { EMAIL, ORGANIZATION_NAME, ORGANIZATION_WEBSITE, PHONE, SYSTEM_FIELDS } from '../ortto/system-fields.ts';

/** One Salesforce field and where its values go. */
export interface MappedField {
  /** As the user writes it, for logs. */
  readonly from: string;
  readonly path: readonly string[];
  readonly id: string;
  readonly type: DisplayType;
  /** The effective rule: the field's own, modify_system_fields and the merge strategy combined. */
  readonly rule: FieldRule;
  readonly nulls: NullRule;
  /** For a permission: what its values say. */
  readonly consent?: ConsentReading;
}

/** A stream whose records become people or organizations. */
export interface EntityMapping {
  readonly kind: 'entity';
  readonly stream: string;
  readonly object: string;
  readonly target: 'person' | 'organization';
  readonly fields: readonly MappedField[];
  /** The field that holds the record's own Salesforce id. */
  readonly identity: string;
  /** The person field that follows AccountId; undefined if the stream does not have it. */
  readonly account: { readonly id: string; readonly rule: FieldRule } | undefined;
  /** Ortto's match keys, in order; never empty. */
  readonly keys: readonly string[];
  readonly findStrategy: FindStrategy;
  readonly createNew: boolean;
  /** The contact's identity field, through which converted leads hand over their person; undefined if they do not. */
  readonly handOver: string | undefined;
  /** Undefined if no phone numbers are mapped. */
  readonly phoneCountry?: PhoneCountry | undefined;
  readonly archiveDeleted: boolean;
}

export interface EntitySetting {
  readonly stream: string;
  readonly object: string;
  readonly target: 'person' | 'organization';
  readonly rules: ObjectRules;
  readonly fields: CatalogFields;
  readonly config: DestinationConfig;
  readonly customFields: CustomFields;
  /** Whether converted leads hand over their person to the contact: its stream must be in the catalog. */
  readonly mergesLeads: boolean;
  readonly findings: Findings;
}

const ACCOUNT_ID = 'Salesforce account ID';

/** The name of the custom field that holds an object's ids: "Salesforce contact ID". */
const identityName = (object: string): string =>
  `Salesforce ${plainName(object).toLowerCase()} ${object.endsWith('__c') ? 'record ' : ''}ID`;

export const planEntity = (setting: EntitySetting): EntityMapping => {
  const { stream, object, target, config, customFields, findings } = setting;
  const settings = target === 'person' ? config.people : config.organizations;
  if (target === 'person' && object === 'Account') {
    findings.problems.push(`${stream}: accounts can only become organizations; set the target to organization or none`);
  }
  const idFieldOf = (name: string): string => {
    const field = customFields.target(name, 'text', 'the connector');
    if (!('problem' in field)) return field.id;
    findings.problems.push(`${name}: ${field.problem}`);
    return '';
  };
  const identity = idFieldOf(identityName(object));
  const account =
    target === 'person' && setting.fields.has('AccountId')
      ? {
          id: idFieldOf(ACCOUNT_ID),
          rule: settings.mergeStrategy === 'ignore' ? ('on_create' as const) : ('overwrite' as const),
        }
      : undefined;
  const fields = mappedFields(setting);
  noteSharedTargets(stream, fields, [identity, ...(account ? [account.id] : [])], findings);
  noteTooManyFields(stream, fields, setting.rules.fields, findings);
  // A field that has a problem may well be the one.
  if (target === 'person' && findings.problems.length === 0) noteMissingOptOut(stream, fields, findings);

  const keys = settings.matchBy
    .map((key) => (key === 'salesforce_id' ? identity : KEY_FIELDS[key]))
    .filter((key) => key === identity || fields.some(({ id }) => id === key));
  if (keys.length === 0) {
    findings.problems.push(
      `${stream}: the stream has none of the match keys (${settings.matchBy.join(', ')}); select such a field or match by salesforce_id`,
    );
  }
  return {
    kind: 'entity',
    stream,
    object,
    target,
    fields,
    identity,
    account,
    keys,
    findStrategy: settings.findStrategy,
    createNew: settings.createNew,
    handOver:
      object === 'Lead' && target === 'person' && setting.mergesLeads ? idFieldOf(identityName('Contact')) : undefined,
    phoneCountry: phoneCountryOf(fields, config.phoneCountry),
    archiveDeleted: config.deletedRecords === 'archive',
  };
};

const KEY_FIELDS = {
  email: EMAIL,
  phone: PHONE,
  name: ORGANIZATION_NAME,
  website: ORGANIZATION_WEBSITE,
} as const;

const mappedFields = (setting: EntitySetting): MappedField[] => {
  const { stream, rules, fields, findings } = setting;
  const { custom, standard } = unmappedFields(fields, new Set(rules.fields.map(({ from }) => from)));
  if (standard.length > 0) findings.notes.push(notSentNote(stream, standard));
  const rows = [...rules.fields, ...custom.map(customRow)];
  return rows.flatMap((row) => {
    const property = fields.get(row.from);
    noteUnknownField(stream, row, fields, findings);
    if (row.to === 'none' || property === undefined) return [];
    const type = typeOfProperty(property);
    const field = targetOf(row, readDisplayType(row.type ?? '') ?? type, setting);
    const problemWith = (what: { readonly problem: string }) => {
      findings.problems.push(`${stream}.${row.from}: ${what.problem}`);
      return [];
    };
    if ('problem' in field) return problemWith(field);
    const consent = consentOf(row, field, type, setting);
    if ('problem' in consent) return problemWith(consent);
    return [{ ...mappedField(row, field, setting), ...consent }];
  });
};

const systemField = (target: 'person' | 'organization', to: string) =>
  SYSTEM_FIELDS[target].find(({ name, id }) => name === to || id === to);

const targetOf = (
  { from, to, origin }: MappingRow,
  wanted: DisplayType,
  { target, customFields, stream }: EntitySetting,
): FieldTarget | { readonly problem: string } => {
  const system = systemField(target, to);
  if (system !== undefined) return system;
  const problem = origin === 'user' && !customFields.has(to) ? nameProblem(target, to) : undefined;
  return problem === undefined ? customFields.target(to, wanted, `${stream}.${from}`) : { problem };
};

/** What the values of a permission's field say; nothing for any other field. */
const consentOf = (
  row: MappingRow,
  { id }: FieldTarget,
  type: DisplayType,
  { stream, target, findings }: EntitySetting,
): Pick<MappedField, 'consent'> | { readonly problem: string } => {
  const permission = target === 'person' ? PERMISSIONS.get(id) : undefined;
  if (permission === undefined) return {};
  const consent = consentReading(row, type, permission);
  if ('problem' in consent) return consent;
  const note = consentNote(row.from, consent, permission);
  if (note !== undefined) findings.notes.push(`${stream}.${note}`);
  return { consent };
};

const mappedField = (row: MappingRow, { id, type }: FieldTarget, setting: EntitySetting): MappedField => {
  const system = systemField(setting.target, id) !== undefined;
  return {
    from: row.from,
    path: row.from.split('.'),
    id,
    type,
    rule: effectiveRule(row, id, setting),
    nulls: row.nulls ?? (system ? 'ignore' : 'clear'),
  };
};

const effectiveRule = (row: MappingRow, id: string, { target, config }: EntitySetting): FieldRule => {
  const own = row.rule ?? 'overwrite';
  if (target === 'organization') return strictest(own, ceiling(config.organizations.mergeStrategy));
  const permission = PERMISSIONS.get(id);
  // A permission is never empty, so if_empty could only ever do nothing.
  if (permission !== undefined) return own === 'overwrite' ? consentRule(config, permission) : 'on_create';
  const system = systemField(target, id);
  const allowed = system === undefined ? 'overwrite' : allowance(config.modifySystemFields, system.name);
  return strictest(own, allowed, ceiling(config.people.mergeStrategy));
};
