import type { JsonObject } from '../../airbyte/protocol.ts';
import { mapActivity } from './map-activity.ts';
import { MAX_BYTES, rowBytes } from '../ortto/row-size.ts';
import { PERMISSIONS } from '../mapping/consent.ts';
import type { EntityMapping, MappedField } from '../mapping/entity.ts';
import { isTrue } from '../mapping/flags.ts';
import { salesforceId } from './identity.ts';
import { rejection, valueAt } from './mapped.ts';
import type { Mapped, Problem, UnlistedValue, Write, WriteField } from './mapped.ts';
import { permissionOf } from './permission.ts';
import type { StreamMapping } from '../mapping/plan.ts';
import { EMAIL } from '../ortto/system-fields.ts';
import { convert } from './convert.ts';

/** What becomes of one record. Pure: `now` (milliseconds since 1970) decides which activities are too old. */
export const mapRecord = (mapping: StreamMapping, data: JsonObject | undefined, now: number): Mapped => {
  if (data === undefined) return rejection(undefined, [{ reason: 'no_data', field: undefined }]);
  const id = salesforceId(data['Id']);
  if (mapping.kind === 'none') return { kind: 'skip', id: id ?? '', reason: 'not_mapped' };
  if (id === undefined) return rejection(undefined, [{ reason: 'no_id', field: 'Id' }]);
  if (isTrue(data['IsDeleted'])) return tombstone(mapping, data, id);
  if (mapping.kind === 'activity') return mapActivity(mapping, data, id, now);
  const contactId =
    mapping.handOver !== undefined && isTrue(data['IsConverted']) && salesforceId(data['ConvertedContactId']);
  return contactId ? { kind: 'hand_over', mapping, id, contactId } : mapWrite(mapping, data, id);
};

const tombstone = (mapping: StreamMapping, data: JsonObject, id: string): Mapped =>
  mapping.kind === 'entity' && mapping.archiveDeleted
    ? { kind: 'tombstone', mapping, id, masterId: salesforceId(data['MasterRecordId']) }
    : { kind: 'skip', id, reason: 'deleted' };

const NO_CUT: readonly string[] = [];
const NONE_UNLISTED: readonly UnlistedValue[] = [];

const mapWrite = (mapping: EntityMapping, data: JsonObject, id: string): Mapped => {
  const fields: WriteField[] = [];
  const problems: Problem[] = [];
  let cut = NO_CUT;
  let unlisted = NONE_UNLISTED;
  for (const field of mapping.fields) {
    const value = valueAt(data, field.path);
    if (value === undefined) continue;
    if (PERMISSIONS.has(field.id)) {
      const permission = permissionOf(field, value);
      if (permission.optOut !== undefined) fields.push(permission.optOut);
      if (permission.unlisted !== undefined) unlisted = [...unlisted, permission.unlisted];
      continue;
    }
    const converted = toOrtto(field, value);
    if (converted.misfit !== undefined) problems.push({ reason: converted.misfit, field: field.from });
    else {
      if (converted.cut) cut = [...cut, field.from];
      const clears = field.rule === 'overwrite' && field.nulls === 'clear';
      if (converted.value !== null || clears) {
        fields.push({ id: field.id, type: field.type, value: converted.value, rule: field.rule });
      }
    }
  }
  const accountId = accountOf(mapping, data, problems);
  if (mapping.account !== undefined && accountId !== undefined) {
    const { id: fieldId, rule } = mapping.account;
    if (accountId !== null || rule === 'overwrite') fields.push({ id: fieldId, type: 'text', value: accountId, rule });
  }
  const keys = keysOf(mapping, fields, id);
  if (keys.length === 0) problems.push({ reason: 'no_match_key', field: undefined });
  const bytes = rowBytes(fields);
  if (bytes > MAX_BYTES) problems.push({ reason: 'record_too_large', field: undefined });
  const [first, ...others] = problems;
  if (first !== undefined) return rejection(id, [first, ...others]);
  const tokens = tokensOf(mapping, keys, id);
  return { kind: 'write', write: { mapping, id, fields, keys, tokens, accountId, bytes, cut, unlisted } };
};

/** An email must be valid, as a match key and as an address. */
const toOrtto = ({ id, type }: MappedField, value: unknown): ReturnType<typeof convert> =>
  convert(id === EMAIL ? 'email' : type, value);

const accountOf = (mapping: EntityMapping, data: JsonObject, problems: Problem[]): string | null | undefined => {
  if (mapping.account === undefined) return undefined;
  const value = data['AccountId'];
  if (value === undefined || value === null) return value;
  if (value === '') return null;
  const id = salesforceId(value);
  if (id === undefined) problems.push({ reason: 'no_id', field: 'AccountId' });
  return id;
};

const keysOf = (mapping: EntityMapping, fields: readonly WriteField[], id: string): Write['keys'] => {
  const keys: { fieldId: string; value: unknown }[] = [];
  for (const fieldId of mapping.keys) {
    const value = fieldId === mapping.identity ? id : fields.find((field) => field.id === fieldId)?.value;
    if (value !== undefined && value !== null) keys.push({ fieldId, value });
  }
  return keys;
};

const tokensOf = ({ identity }: EntityMapping, keys: Write['keys'], id: string): Write['tokens'] => {
  const tokens = [token(identity, id)];
  for (const { fieldId, value } of keys) if (fieldId !== identity) tokens.push(token(fieldId, value));
  return tokens;
};

/** Values that Ortto may treat as equal get one token: a token shared by mistake costs a wait, one missed causes a race. */
export const token = (fieldId: string, value: unknown): string =>
  `${fieldId} ${typeof value === 'string' ? value.trim().toLowerCase() : JSON.stringify(value).replaceAll(/\D/g, '').slice(-7)}`;
