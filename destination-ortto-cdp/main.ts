#!/usr/bin/env node
import { runDestination } from '../airbyte/runner.ts';
import { orttoDestination } from './destination.ts';

await runDestination(orttoDestination);
