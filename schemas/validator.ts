import { isObject } from '../airbyte/protocol.ts';
import { Ajv } from 'ajv';
import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import { propertiesOf } from '../airbyte/schema-properties.ts';

/** The property that is a `const` in every branch, if there is one. */
const discriminatorOf = (branches: readonly unknown[]): { name: string; values: unknown[] } | undefined => {
  const constOf = (branch: unknown, name: string) => {
    const property = propertiesOf(branch)[name];
    return isObject(property) ? property['const'] : undefined;
  };
  const name = Object.keys(propertiesOf(branches[0])).find((candidate) =>
    branches.every((branch) => constOf(branch, candidate) !== undefined),
  );
  return name === undefined ? undefined : { name, values: branches.map((branch) => constOf(branch, name)) };
};

/**
 * The same schema with every discriminated `oneOf` as a chain of if/then: JSON Schema itself would report the problems of all
 * branches, but only those of the branch the user chose matter to them.
 */
const chosenBranchOnly = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(chosenBranchOnly);
  if (!isObject(schema)) return schema;
  const rest = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, chosenBranchOnly(value)]));
  const branches = rest['oneOf'];
  const discriminator = Array.isArray(branches) ? discriminatorOf(branches) : undefined;
  if (!Array.isArray(branches) || discriminator === undefined) return rest;
  const { oneOf: _, ...base } = rest;
  const { name, values } = discriminator;
  const choice = { type: 'object', required: [name], properties: { [name]: { enum: values } } };
  const cases = branches.map((branch: unknown, index) => ({
    if: { type: 'object', required: [name], properties: { [name]: { const: values[index] } } },
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
    then: branch,
  }));
  return { ...base, allOf: [choice, ...cases] };
};

/** `/objects/0/fields` as `objects[0].fields`. */
const pathOf = (pointer: string, property?: unknown): string => {
  const segments = pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (typeof property === 'string') segments.push(property);
  return segments.reduce((path, segment) => {
    if (/^\d+$/.test(segment)) return `${path}[${segment}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, '');
};

const count = (limit: unknown, noun: string): string => `${String(limit)} ${limit === 1 ? noun : `${noun}s`}`;

const TYPE_NAMES: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

const COMPARISONS: Record<string, string> = { '>=': 'at least', '<=': 'at most', '>': 'more than', '<': 'less than' };

const bound = ({ params }: ErrorObject): string =>
  `must be ${COMPARISONS[String(params['comparison'])] ?? String(params['comparison'])} ${String(params['limit'])}`;

const pattern = ({ params, parentSchema }: ErrorObject): string => {
  const descriptor: unknown = parentSchema?.['pattern_descriptor'];
  return `must have the form ${typeof descriptor === 'string' ? descriptor : String(params['pattern'])}`;
};

/** What is wrong, by keyword. Quotes only the schema, never the input, which may contain a secret. */
const PHRASES: Record<string, (error: ErrorObject) => string> = {
  required: () => 'is required',
  additionalProperties: () => 'is not a known option',
  type: ({ params }) => {
    const types: unknown[] = [params['type']].flat();
    return `must be ${types.map((type) => TYPE_NAMES[String(type)] ?? String(type)).join(' or ')}`;
  },
  enum: ({ params }) => {
    const values: unknown[] = [params['allowedValues']].flat();
    return `must be ${values.length === 1 ? '' : 'one of '}${values.map((value) => JSON.stringify(value)).join(', ')}`;
  },
  const: ({ params }) => `must be ${JSON.stringify(params['allowedValue'])}`,
  minItems: ({ params }) => `must have at least ${count(params['limit'], 'item')}`,
  maxItems: ({ params }) => `must have at most ${count(params['limit'], 'item')}`,
  uniqueItems: ({ params }) => `items ${String(params['i'])} and ${String(params['j'])} are the same`,
  minLength: ({ params }) =>
    params['limit'] === 1 ? 'must not be empty' : `must have at least ${count(params['limit'], 'character')}`,
  maxLength: ({ params }) => `must have at most ${count(params['limit'], 'character')}`,
  minimum: bound,
  maximum: bound,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  multipleOf: ({ params }) => `must be a multiple of ${String(params['multipleOf'])}`,
  pattern,
  format: ({ params }) => `must be a valid ${String(params['format'])}`,
  oneOf: () => 'does not match any of the allowed forms',
  anyOf: () => 'does not match any of the allowed forms',
};

const sentence = (error: ErrorObject): string => {
  const property: unknown = error.params['missingProperty'] ?? error.params['additionalProperty'];
  const path = pathOf(error.instancePath, property);
  const phrase = PHRASES[error.keyword]?.(error) ?? error.message ?? 'is not valid';
  return path === '' ? phrase : `${path}: ${phrase}`;
};

/** Problems inside the branches of a `oneOf` or `anyOf` without a discriminator mean less than the `oneOf` itself. */
const meaningful = (errors: readonly ErrorObject[]): ErrorObject[] => {
  const unions = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  return errors.filter(
    ({ keyword, schemaPath }) =>
      keyword !== 'if' && !unions.some((union) => schemaPath.startsWith(`${union.schemaPath}/`)),
  );
};

const compile = (schema: AnySchemaObject): ValidateFunction => {
  // The schemas are ours and valid: checking them again would take longer than the rest of the start.
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, validateSchema: false });
  ajvFormats.default(ajv);
  return ajv.compile(chosenBranchOnly(schema) as AnySchemaObject);
};

/**
 * A function that lists every problem of an input, one sentence each, with the path (`objects[0].fields: must have at most 50
 * items`); an empty list if there is none. For a `oneOf` whose branches share a `const` property, only the branch that the
 * input chose is reported. The input's values are never quoted.
 */
export const validator = (schema: AnySchemaObject): ((input: unknown) => string[]) => {
  // Compiled on first use: `spec` prints schemas without validating anything.
  let validate: ValidateFunction | undefined;
  return (input) => {
    validate ??= compile(schema);
    return validate(input) ? [] : [...new Set(meaningful(validate.errors ?? []).map(sentence))];
  };
};
