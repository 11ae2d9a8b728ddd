import type { Person } from '../people.ts';
import type { Customer } from './store.ts';

export function customerOfPerson(person: Person): Customer {
  const { firstName, lastName, email, phone, employer } = person;
  return { id: person.flexId, firstName, lastName, email, phone, employer };
}

/** A customer of whom nothing but the id, and perhaps some defaults, is known. */
export function customerOfId(id: string, known: Partial<Customer> = {}): Customer {
  return { firstName: null, lastName: null, email: null, phone: null, employer: null, ...known, id };
}
