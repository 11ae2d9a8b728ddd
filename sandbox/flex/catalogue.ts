import { ulid } from '../ids.ts';
import { between, hashText, randomOf } from '../prng.ts';

/** What a price sells; `letter` means that it is eligible with a letter of medical necessity only. */
export type Price = {
  price: string;
  product: string;
  name: string;
  /** Cents. */
  unitAmount: number;
  eligibility: 'auto_eligible' | 'letter_of_medical_necessity' | 'not_eligible';
};

const GOODS: readonly (readonly [string, number, Price['eligibility']])[] = [
  ['Blood pressure monitor', 6_495, 'auto_eligible'],
  ['Mineral sunscreen SPF 50', 1_899, 'auto_eligible'],
  ['Orthopaedic insoles', 4_900, 'auto_eligible'],
  ['First aid kit', 2_750, 'auto_eligible'],
  ['Contact lenses, 90 pairs', 11_240, 'auto_eligible'],
  ['Red light therapy panel', 49_900, 'letter_of_medical_necessity'],
  ['Massage gun', 19_900, 'letter_of_medical_necessity'],
  ['Acupressure mat', 7_900, 'letter_of_medical_necessity'],
  ['Sleep programme, 12 weeks', 29_500, 'letter_of_medical_necessity'],
  ['Gift wrapping', 500, 'not_eligible'],
  ['Tote bag', 1_500, 'not_eligible'],
];

export class Catalogue {
  readonly prices: readonly Price[];
  readonly withLetter: readonly Price[];
  readonly withoutLetter: readonly Price[];
  readonly #byPrice = new Map<string, Price>();
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.prices = GOODS.map(([name, unitAmount, eligibility], index) => {
      const random = randomOf(seed, 'flex:price', index);
      return { price: `fprice_${ulid(random)}`, product: `fprod_${ulid(random)}`, name, unitAmount, eligibility };
    });
    this.withLetter = this.prices.filter((one) => one.eligibility === 'letter_of_medical_necessity');
    this.withoutLetter = this.prices.filter((one) => one.eligibility !== 'letter_of_medical_necessity');
    for (const one of this.prices) this.#byPrice.set(one.price, one);
  }

  /** Prices that nobody knows are taken to exist, but those called missing. */
  find(price: string): Price | undefined {
    if (price.includes('missing')) return undefined;
    return this.#byPrice.get(price) ?? this.#madeUp(price);
  }

  #madeUp(price: string): Price {
    const random = randomOf(this.#seed, 'flex:made-up', hashText(price));
    const product = `fprod_${ulid(random)}`;
    return {
      price,
      product,
      name: `Goods of ${price}`,
      unitAmount: between(random, 5, 400) * 100,
      eligibility: 'auto_eligible',
    };
  }
}
