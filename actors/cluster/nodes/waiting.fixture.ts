/** Resolves when it holds; after 15 s it says what was waited for, and what was there. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  there: () => unknown = () => '',
): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited 15 s until ${what}: ${Bun.inspect(there())}`)
    await Bun.sleep(5)
  }
}
