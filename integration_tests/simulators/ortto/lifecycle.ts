import { unlinkAll, unlinkPerson } from './links.ts';
import { readIds } from './ids.ts';
import type { Answer, Instance } from './instance.ts';
import { isObject } from './json.ts';
import { Refusal } from './refusal.ts';
import type { Entity, Store } from './store.ts';

// archive, restore and delete, of people and accounts: only what is archived can be restored or deleted.

type Act = 'archive' | 'restore' | 'delete';

/** The nouns of the recorded answers; accounts are called three things. */
const answerKeys = {
  person: {
    archive: ['scheduled_contacts', 'archived_contacts'],
    restore: ['scheduled_contacts', 'restored_contacts'],
    delete: ['scheduled_contacts', 'deleted_contacts'],
  },
  organization: {
    archive: ['scheduled_organizations', 'archived_organizations'],
    restore: ['scheduled_organizations', 'restored_organizations'],
    delete: ['scheduled_accounts', 'deleted_accounts'],
  },
} as const;

const chosen = (instance: Instance, store: Store, body: unknown): readonly Entity[] => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const included = readIds(body['inclusion_ids']);
  const excluded = new Set(readIds(body['exclusion_ids']));
  const { idsPerLifecycleCall } = instance.limits;
  if (included.length > idsPerLifecycleCall) throw new Refusal(400, `More than ${idsPerLifecycleCall} ids`);
  if (included.length > 0) {
    return [...new Set(included)].flatMap((id) => store.get(id) ?? []).filter(({ id }) => !excluded.has(id));
  }
  if (body['all_rows_selected'] !== true && excluded.size === 0) throw new Refusal(400, 'No ids were given');
  return Array.from(store.all()).filter(({ id }) => !excluded.has(id));
};

const acts: { readonly [Name in Act]: (instance: Instance, store: Store, entity: Entity) => void } = {
  archive: (instance, store, entity) => {
    if (store.noun === 'organization') unlinkAll(instance, entity);
    store.archive(entity, instance.now());
  },
  restore: (_, store, entity) => store.archive(entity, undefined),
  delete: (instance, store, entity) => {
    if (store.noun === 'organization') unlinkAll(instance, entity);
    else unlinkPerson(instance, entity);
    instance.activities.forget(entity.id);
    store.remove(entity);
  },
};

/** Ids that are unknown, or in the wrong state for the act, are passed over and not counted. */
export const changeLife = (instance: Instance, store: Store, act: Act, body: unknown): Answer => {
  const eligible = chosen(instance, store, body).filter(
    ({ archivedAt }) => (archivedAt === undefined) === (act === 'archive'),
  );
  for (const entity of eligible) acts[act](instance, store, entity);
  const [scheduled, done] = answerKeys[store.noun][act];
  return { status: 200, body: { [scheduled]: 0, [done]: eligible.length } };
};
