import { campaign, campaignMember } from './campaign-objects.ts';
import { contactRole, opportunity } from './opportunity-objects.ts';
import { peopleObjects } from './people-objects.ts';
import type { ObjectDefinition } from './schema.ts';
import { subscription } from './subscription-object.ts';
import { systemObjects } from './system-objects.ts';
import { task } from './task-object.ts';

/** What an org has before anything is added to it. */
export const standardObjects: readonly ObjectDefinition[] = [
  ...peopleObjects,
  opportunity,
  contactRole,
  campaign,
  campaignMember,
  task,
  subscription,
  ...systemObjects,
];
