import { createCustomField, getCustomFields, getSchema, updateCustomField } from './custom-fields.ts';
import { createActivities } from './activities.ts';
import { createDefinition, deleteDefinition, modifyDefinition } from './definitions.ts';
import { getActivities, getSubscriptions, getTags } from './feeds.ts';
import { changeLife } from './lifecycle.ts';
import { addContacts, removeContacts } from './links.ts';
import type { Answer, Instance } from './instance.ts';
import { mergeOrganizations, mergePeople } from './merge.ts';
import type { Queue } from './merge.ts';
import { getByIds, query } from './query.ts';
import type { Cursors } from './query.ts';

interface Call {
  readonly instance: Instance;
  readonly cursors: Cursors;
  readonly body: unknown;
  /** Came under /organizations, the older name of /accounts. */
  readonly legacy: boolean;
  readonly queue: Queue;
}

type Route = (call: Call) => Answer;

const organizationKeys = ({ legacy }: Call) =>
  legacy
    ? ({ ids: 'organization_ids', list: 'organizations' } as const)
    : ({ ids: 'account_ids', list: 'accounts' } as const);

const routes: { readonly [methodAndPath: string]: Route } = {
  'POST /person/merge': ({ instance, body, queue }) => mergePeople(instance, body, queue),
  'POST /person/get': ({ instance, cursors, body }) => query(instance, instance.people, cursors, body, 'contacts'),
  'POST /person/get-by-ids': ({ instance, body }) =>
    getByIds(instance, instance.people, body, { ids: 'contact_ids', list: 'contacts' }),
  'POST /person/custom-field/create': ({ instance, body }) => createCustomField(instance, instance.people, body),
  'POST /person/custom-field/get': ({ instance }) => getCustomFields(instance.people),
  'PUT /person/custom-field/update': ({ instance, body }) => updateCustomField(instance.people, body),
  'POST /accounts/merge': (call) =>
    mergeOrganizations(call.instance, call.body, organizationKeys(call).list, call.queue),
  'POST /accounts/get': (call) =>
    query(call.instance, call.instance.organizations, call.cursors, call.body, organizationKeys(call).list),
  'POST /accounts/get-by-ids': (call) =>
    getByIds(call.instance, call.instance.organizations, call.body, organizationKeys(call)),
  'POST /accounts/custom-field/create': ({ instance, body }) =>
    createCustomField(instance, instance.organizations, body),
  'POST /accounts/custom-field/get': ({ instance }) => getCustomFields(instance.organizations),
  'PUT /accounts/custom-field/update': ({ instance, body }) => updateCustomField(instance.organizations, body),
  'PUT /person/archive': ({ instance, body }) => changeLife(instance, instance.people, 'archive', body),
  'PUT /person/restore': ({ instance, body }) => changeLife(instance, instance.people, 'restore', body),
  'DELETE /person/delete': ({ instance, body }) => changeLife(instance, instance.people, 'delete', body),
  'POST /person/subscriptions': ({ instance, body }) => getSubscriptions(instance, body),
  'POST /person/get/activities': ({ instance, body }) => getActivities(instance, body),
  'PUT /accounts/archive': ({ instance, body }) => changeLife(instance, instance.organizations, 'archive', body),
  'PUT /accounts/restore': ({ instance, body }) => changeLife(instance, instance.organizations, 'restore', body),
  'DELETE /accounts/delete': ({ instance, body }) => changeLife(instance, instance.organizations, 'delete', body),
  'PUT /accounts/contacts/add': ({ instance, body, legacy }) => addContacts(instance, body, legacy),
  'PUT /accounts/contacts/remove': ({ instance, body }) => removeContacts(instance, body),
  'POST /activities/create': ({ instance, body, queue }) => createActivities(instance, instance.people, body, queue),
  'POST /accounts/activities/create': ({ instance, body, queue }) =>
    createActivities(instance, instance.organizations, body, queue),
  'POST /definitions/activity/create': ({ instance, body }) => createDefinition(instance, body),
  'PUT /definitions/activity/modify': ({ instance, body }) => modifyDefinition(instance, body),
  'DELETE /definitions/activity/delete': ({ instance, body }) => deleteDefinition(instance, body),
  'POST /tags/get': ({ instance, body }) => getTags(instance, body),
  'POST /instance-schema/get': ({ instance, body }) => getSchema(instance, body),
};

/** The route of a call and its current path; no route for an unknown path or the wrong method. */
export const findRoute = (
  method: string,
  path: string,
): { readonly route: Route | undefined; readonly path: string; readonly legacy: boolean } => {
  const current = path.replace(/^\/organizations\//, '/accounts/');
  return { route: routes[`${method} ${current}`], path: current, legacy: current !== path };
};
