import { peopleObjects } from './people-objects.ts';
import { salesObjects } from './sales-objects.ts';
import type { ObjectDefinition } from './schema.ts';
import { systemObjects } from './system-objects.ts';

/** What an org has before anything is added to it. */
export const standardObjects: readonly ObjectDefinition[] = [...peopleObjects, ...salesObjects, ...systemObjects];
