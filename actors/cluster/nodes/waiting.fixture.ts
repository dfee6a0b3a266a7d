/** Resolves when it holds; at the end it says what was waited for, and what was there. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  there: () => unknown = () => '',
  withinMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms until ${what}: ${Bun.inspect(there())}`)
    await Bun.sleep(5)
  }
}
