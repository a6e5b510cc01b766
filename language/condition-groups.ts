/** Numbers of a group in a condition: the greatest, the least and the sum of what `map` gives. Safe in the workflow sandbox. */
import type { Environment } from '@marcbachmann/cel-js'

/**
 * Of no numbers there is neither: a group of which nobody answered has no greatest value, and its sum is not 0. What throws here is
 * no data to whoever asked.
 */
export function registerGroupFunctions(environment: Environment): void {
  for (const [name, { int, double }] of Object.entries(folds)) {
    environment.registerFunction(`${name}(list<int>): int`, (values: bigint[]) =>
      values.reduce(int, someOf(name, values)[0] ?? 0n),
    )
    environment.registerFunction(`${name}(list<double>): double`, (values: number[]) =>
      values.reduce(double, someOf(name, values)[0] ?? 0),
    )
  }
}

interface Fold {
  int(one: bigint, other: bigint, index: number): bigint
  double(one: number, other: number, index: number): number
}

const folds: Readonly<Record<string, Fold>> = {
  max: { int: (one, other) => (one > other ? one : other), double: (one, other) => Math.max(one, other) },
  min: { int: (one, other) => (one < other ? one : other), double: (one, other) => Math.min(one, other) },
  // The first is where it begins.
  sum: {
    int: (one, other, index) => (index === 0 ? one : one + other),
    double: (one, other, index) => (index === 0 ? one : one + other),
  },
}

function someOf<T>(name: string, values: readonly T[]): readonly T[] {
  if (values.length === 0) throw new Error(`there is nothing to take the ${name} of`)
  return values
}
