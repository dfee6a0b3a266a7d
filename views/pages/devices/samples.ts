import type { Sample } from './model.ts'

/** How a reading is sent, in three languages. `origin` is where this server is reached. */
export const readingSample: Readonly<Record<Sample, (origin: string, id: number) => string>> = {
  curl: (origin, id) => `curl -X POST \\
  ${origin}/api/v1/data \\
  -H "Authorization: Bearer $KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"device_id": ${id},
       "x": 0.42, "y": -0.61, "z": 9.79}'
`,
  js: (origin, id) => `await fetch('${origin}/api/v1/data', {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${key}\`,
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    device_id: ${id},
    values: { x: 0.42, y: -0.61, z: 9.79 },
  }),
})
`,
  python: (origin, id) => `import requests

requests.post(
    "${origin}/api/v1/data",
    headers={"Authorization": f"Bearer {key}"},
    json={"device_id": ${id},
          "values": {"x": 0.42, "y": -0.61, "z": 9.79}},
)
`,
}

/** How the first device is made by a program. */
export const deviceSample = (origin: string): string => `curl -X POST \\
  ${origin}/api/v1/devices \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"name": "Crane 4", "kind": "accelerometer"}'
`
