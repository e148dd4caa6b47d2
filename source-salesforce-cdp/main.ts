import { runSource } from '../airbyte/runner.ts';
import { salesforceSource } from './source.ts';

await runSource(salesforceSource);
