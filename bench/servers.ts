/** The broker and the database that benchmarks of the cluster edition run on, as `.ci/services` prints them; null where they are not named. */
export function servers(): { brokers: string; mongodb: string } | null {
  const { WINDBOX_KAFKA_BROKERS: brokers, WINDBOX_MONGODB_URL: mongodb } = process.env
  return brokers && mongodb ? { brokers, mongodb } : null
}
