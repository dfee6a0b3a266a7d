/** One of the three sinter machines. */
export interface SinterMachine {
  readonly id: string
  readonly number: number
  readonly name: string
}

export const SINTER_MACHINES: readonly SinterMachine[] = [1, 2, 3].map((number) => ({
  id: `am-${number}`,
  number,
  name: `Агломашина № ${number}`,
}))

export const machineOf = (id: string): SinterMachine | undefined => SINTER_MACHINES.find((one) => one.id === id)

/** Codes on the wire of the common collector's underpressure and temperature, the strand's speed, and the bit "running". */
export const codesOfMachine = (number: number): string[] => {
  // Modules 6, 7, 8 belong to machines 1, 2, 3. Source: the plant's signal list.
  const module = 5 + number
  return [`${module}:0`, `${module}:1`, `${module}:2`, `${module}.0`]
}
