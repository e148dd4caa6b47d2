import { readFilter } from './filters.ts';
import { isId, readIds } from './ids.ts';
import type { Answer, Instance } from './instance.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { Refusal } from './refusal.ts';
import type { Entity } from './store.ts';

// accounts/contacts/add and remove: answered `{}` whatever came of it, as the live API does (docs/vendors.md, Accounts and
// links).

export const unlinkPerson = (instance: Instance, person: Entity): void => {
  instance.organizations.get(person.organizationId ?? '')?.members.delete(person.id);
  person.organizationId = undefined;
};

export const unlinkAll = (instance: Instance, organization: Entity): void => {
  for (const id of organization.members) {
    const person = instance.people.get(id);
    if (person !== undefined) person.organizationId = undefined;
  }
  organization.members.clear();
};

const findOrganization = ({ switches, organizations }: Instance, body: JsonObject): Entity | undefined => {
  const keys = switches.linkKey === 'any' ? ['accounts_id', 'account_id', 'organization_id'] : [switches.linkKey];
  const id = keys.map((key) => body[key]).find(isId);
  const organization = organizations.get(id ?? '');
  return organization?.archivedAt === undefined ? organization : undefined;
};

const findPeople = (instance: Instance, body: JsonObject): readonly Entity[] => {
  const { people } = instance;
  const ids = readIds(body['inclusion_ids']);
  if (ids.length > 0) return ids.flatMap((id) => people.get(id) ?? []);
  if (body['filter'] === undefined || body['filter'] === null) return [];
  const { accepts, candidates } = readFilter(instance, people, body['filter']);
  return Array.from(candidates ?? people.all()).filter((one) => one.archivedAt === undefined && accepts(one));
};

/** Whether a call under this path has an effect. */
const isHeard = ({ switches: { linkPath } }: Instance, legacy: boolean): boolean =>
  linkPath === 'both' || linkPath === (legacy ? 'organizations' : 'accounts');

/** `legacy`: called under /organizations, the older name of /accounts. */
export const addContacts = (instance: Instance, body: unknown, legacy = false): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  if (!isHeard(instance, legacy)) return { status: 200, body: {} };
  const organization = findOrganization(instance, body);
  const people = findPeople(instance, body);
  if (organization === undefined) return { status: 200, body: {} };
  const { secondOrganization } = instance.switches;
  const joining = people.filter(({ organizationId }) => organizationId === undefined || secondOrganization === 'moves');
  const most = instance.limits.peoplePerOrganization;
  if (new Set([...organization.members, ...joining.map(({ id }) => id)]).size > most) {
    throw new Refusal(400, `An account holds up to ${most} people`);
  }
  for (const person of joining) {
    unlinkPerson(instance, person);
    person.organizationId = organization.id;
    organization.members.add(person.id);
  }
  return { status: 200, body: {} };
};

export const removeContacts = (instance: Instance, body: unknown): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const organization = findOrganization(instance, body);
  for (const person of findPeople(instance, body)) {
    if (person.organizationId === organization?.id) unlinkPerson(instance, person);
  }
  return { status: 200, body: {} };
};
