/// <reference lib="webworker" />
// The least that a question to another thread costs: a message there and one back.
onmessage = ({ data: { id, body } }: MessageEvent<{ id: number; body: string }>) => postMessage({ id, body })
