/** Ends with 0 when the server of this container serves every partition: what Docker asks instead of curl. */
const { WINDBOX_PORT = '3000' } = process.env
const answer = await fetch(`http://127.0.0.1:${WINDBOX_PORT}/health/ready`, {
  signal: AbortSignal.timeout(3000),
}).catch(() => undefined)
process.exit(answer?.status === 200 ? 0 : 1)
export {}
