import type { DisplayType } from './field-types.ts';

export interface SystemField {
  /** Its name in a mapping's `to` and, for people, in modify_system_fields if it is listed there. */
  readonly name: string;
  readonly id: string;
  readonly type: DisplayType;
}

const field = (name: string, id: string, type: DisplayType): SystemField => ({ name, id, type });

/**
 * Ortto's own writable fields, without the full name (how it combines with first and last name is not documented), push
 * tokens, contexts, and everything read-only.
 */
export const SYSTEM_FIELDS: { readonly [Target in 'person' | 'organization']: readonly SystemField[] } = {
  person: [
    field('first_name', 'str::first', 'text'),
    field('last_name', 'str::last', 'text'),
    field('email', 'str::email', 'text'),
    field('phone', 'phn::phone', 'phone'),
    field('city', 'geo::city', 'geo'),
    field('region', 'geo::region', 'geo'),
    field('country', 'geo::country', 'geo'),
    field('postal_code', 'str::postal', 'text'),
    field('birthday', 'dtz::b', 'date'),
    field('email_permission', 'bol::p', 'bool'),
    field('sms_permission', 'bol::sp', 'bool'),
    field('external_id', 'str::ei', 'text'),
    field('language', 'str::language', 'single_select'),
    field('timezone', 'str::lt', 'single_select'),
    field('gdpr', 'bol::gdpr', 'bool'),
    field('initial_utm_medium', 'str::ium', 'text'),
    field('initial_utm_source', 'str::ius', 'text'),
    field('initial_utm_name', 'str::iun', 'text'),
    field('initial_utm_content', 'str::iuc', 'text'),
    field('initial_utm_term', 'str::iut', 'text'),
  ],
  organization: [
    field('name', 'str:o:name', 'text'),
    field('website', 'str:o:website', 'link'),
    field('industry', 'str:o:industry', 'text'),
    field('address', 'str:o:address', 'text'),
    field('city', 'geo:o:city', 'geo'),
    field('region', 'geo:o:region', 'geo'),
    field('country', 'geo:o:country', 'geo'),
    field('postal_code', 'str:o:postal', 'text'),
    field('employees', 'int:o:employees', 'integer'),
    field('owner', 'str:o:owner', 'text'),
    field('source', 'str:o:source', 'text'),
    field('timezone', 'str:o:lt', 'single_select'),
  ],
};

/** Fields that the code itself refers to. */
export const COUNTRIES: ReadonlySet<string> = new Set(['geo::country', 'geo:o:country']);
export const EMAIL = 'str::email';
export const PHONE = 'phn::phone';
export const ORGANIZATION_NAME = 'str:o:name';
export const ORGANIZATION_WEBSITE = 'str:o:website';
/** Addresses one person exactly, and must then be the only match key. */
export const PERSON_ID = 'str::person_id';
