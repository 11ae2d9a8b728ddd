import { base62, ulid } from './ids.ts';
import { between, pick, randomOf } from './prng.ts';

/** One customer, known to the three providers under three ids. */
export type Person = {
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
  employer: string;
  /** The merchant's own id: Flexprice's external id and Meteroid's alias. */
  externalId: string;
  flexpriceId: string;
  meteroidId: string;
  flexId: string;
};

const FIRST =
  `Ada Amir Anika Bea Carlos Chidi Clara Dmitri Elif Emeka Farah Felix Grace Hana Hugo Ines Ivan Jun Kavya Lars
Leila Luca Maya Mei Mateo Nadia Noor Olga Omar Priya Quentin Rosa Samir Sofia Tariq Uma Vera Wei Yara Zoe`.split(/\s+/);
const LAST =
  `Abara Almeida Bauer Becker Chen Costa Dahl Diaz Eriksen Farouk Fischer Garcia Gupta Haddad Ito Jansen Kaya Kim Kowalski
Larsen Lopez Mehta Moreau Nakamura Novak Okafor Olsen Patel Petrov Quinn Rossi Sato Silva Tanaka Turner Umar Vargas Weber Yilmaz Zhang`.split(
    /\s+/,
  );
const EMPLOYERS = ['Northwind Clinics', 'Alder & Co', 'Harbor Logistics', 'Brightwater School', 'Lumen Labs'];

function person(seed: number, index: number): Person {
  const random = randomOf(seed, 'people', index);
  const firstName = pick(random, FIRST);
  const lastName = pick(random, LAST);
  return {
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${index + 1}@example.com`.toLowerCase(),
    phone: `+1555${String(between(random, 0, 9_999_999)).padStart(7, '0')}`,
    employer: pick(random, EMPLOYERS),
    externalId: `user_${1001 + index}`,
    flexpriceId: `cust_${ulid(random)}`,
    meteroidId: `cus_${base62(random)}`,
    flexId: `fcus_${ulid(random)}`,
  };
}

/** The same people shop at all three providers. */
export class People {
  readonly all: readonly Person[];
  readonly #byAnyId = new Map<string, Person>();

  constructor(seed: number, size: number) {
    this.all = Array.from({ length: size }, (_, index) => person(seed, index));
    for (const one of this.all) {
      for (const id of [one.externalId, one.flexpriceId, one.meteroidId, one.flexId]) this.#byAnyId.set(id, one);
    }
  }

  find(id: string): Person | undefined {
    return this.#byAnyId.get(id);
  }
}
