/** What stands around each code in the plant's JSON; the backslash is a character of the key. */
export const wireKey = (code: string): string => `SM_Exgauster\\[${code}]`

/**
 * The code of each signal in the plant's frames: `module:number` is an analog signal, `module.number` a bit, and `2:0` is not `2.0`.
 * Behind the code of a point stand the numbers of its setpoints alarm_max, alarm_min, warning_max, warning_min in the same
 * module. Facts of the plant: no column follows from another by arithmetic. Source: the plant's signal list, six sheets of 121 rows.
 */
const TABLE = `
signal                             | u-171                | u-172                | f-171                | f-172                | x-171                | x-172
bearing_1.temperature              | 2:27 65 74 83 92     | 2:43 101 110 119 128 | 0:27 63 72 81 90     | 0:43 99 108 117 126  | 3:27 63 72 81 90     | 3:43 99 108 117 126
bearing_1.vibration_axial          | 2:2 139 151 163 175  | 2:14 187 199 211 223 | 0:2 137 149 161 173  | 0:14 185 197 209 221 | 3:2 137 149 161 173  | 3:14 185 197 209 221
bearing_1.vibration_horizontal     | 2:0 137 149 161 173  | 2:12 185 197 209 221 | 0:0 135 147 159 171  | 0:12 183 195 207 219 | 3:0 135 147 159 171  | 3:12 183 195 207 219
bearing_1.vibration_vertical       | 2:1 138 150 162 174  | 2:13 186 198 210 222 | 0:1 136 148 160 172  | 0:13 184 196 208 220 | 3:1 136 148 160 172  | 3:13 184 196 208 220
bearing_2.temperature              | 2:28 66 75 84 93     | 2:44 102 111 120 129 | 0:28 64 73 82 91     | 0:44 100 109 118 127 | 3:28 64 73 82 91     | 3:44 100 109 118 127
bearing_2.vibration_axial          | 2:5 142 154 166 178  | 2:17 190 202 214 226 | 0:5 140 152 164 176  | 0:17 188 200 212 224 | 3:5 140 152 164 176  | 3:17 188 200 212 224
bearing_2.vibration_horizontal     | 2:3 140 152 164 176  | 2:15 188 200 212 224 | 0:3 138 150 162 174  | 0:15 186 198 210 222 | 3:3 138 150 162 174  | 3:15 186 198 210 222
bearing_2.vibration_vertical       | 2:4 141 153 165 177  | 2:16 189 201 213 225 | 0:4 139 151 163 175  | 0:16 187 199 211 223 | 3:4 139 151 163 175  | 3:16 187 199 211 223
bearing_3.temperature              | 2:29 67 76 85 94     | 2:45 103 112 121 130 | 0:29 65 74 83 92     | 0:45 101 110 119 128 | 3:29 65 74 83 92     | 3:45 101 110 119 128
bearing_4.temperature              | 2:30 68 77 86 95     | 2:47 104 113 122 131 | 0:30 66 75 84 93     | 0:47 102 111 120 129 | 3:30 66 75 84 93     | 3:47 102 111 120 129
bearing_5.temperature              | 2:31 69 78 87 96     | 2:48 105 114 123 132 | 0:31 67 76 85 94     | 0:48 103 112 121 130 | 3:31 67 76 85 94     | 3:48 103 112 121 130
bearing_6.temperature              | 2:32 70 79 88 97     | 2:49 106 115 124 133 | 0:32 68 77 86 95     | 0:49 104 113 122 131 | 3:32 68 77 86 95     | 3:49 104 113 122 131
bearing_7.temperature              | 2:33 71 80 89 98     | 2:50 107 116 125 134 | 0:33 69 78 87 96     | 0:50 105 114 123 132 | 3:33 69 78 87 96     | 3:50 105 114 123 132
bearing_7.vibration_axial          | 2:8 145 157 169 181  | 2:20 193 205 217 229 | 0:8 143 155 167 179  | 0:20 191 203 215 227 | 3:8 143 155 167 179  | 3:20 191 203 215 227
bearing_7.vibration_horizontal     | 2:6 143 155 167 179  | 2:18 191 203 215 227 | 0:6 141 153 165 177  | 0:18 189 201 213 225 | 3:6 141 153 165 177  | 3:18 189 201 213 225
bearing_7.vibration_vertical       | 2:7 144 156 168 180  | 2:19 192 204 216 228 | 0:7 142 154 166 178  | 0:19 190 202 214 226 | 3:7 142 154 166 178  | 3:19 190 202 214 226
bearing_8.temperature              | 2:34 72 81 90 99     | 2:51 108 117 126 135 | 0:34 70 79 88 97     | 0:51 106 115 124 133 | 3:34 70 79 88 97     | 3:51 106 115 124 133
bearing_8.vibration_axial          | 2:11 148 160 172 184 | 2:23 196 208 220 232 | 0:11 146 158 170 182 | 0:23 194 206 218 230 | 3:11 146 158 170 182 | 3:23 194 206 218 230
bearing_8.vibration_horizontal     | 2:9 146 158 170 182  | 2:21 194 206 218 230 | 0:9 144 156 168 180  | 0:21 192 204 216 228 | 3:9 144 156 168 180  | 3:21 192 204 216 228
bearing_8.vibration_vertical       | 2:10 147 159 171 183 | 2:22 195 207 219 231 | 0:10 145 157 169 181 | 0:22 193 205 217 229 | 3:10 145 157 169 181 | 3:22 193 205 217 229
bearing_9.temperature              | 2:35 73 82 91 100    | 2:52 109 118 127 136 | 0:35 71 80 89 98     | 0:52 107 116 125 134 | 3:35 71 80 89 98     | 3:52 107 116 125 134
cooler_oil.temperature_after       | 2:42                 | 2:60                 | 0:42                 | 0:60                 | 3:42                 | 3:60
cooler_oil.temperature_before      | 2:41                 | 2:59                 | 0:41                 | 0:59                 | 3:41                 | 3:59
cooler_water.temperature_after     | 2:37                 | 2:54                 | 0:37                 | 0:54                 | 3:37                 | 3:54
cooler_water.temperature_before    | 2:36                 | 2:53                 | 0:36                 | 0:53                 | 3:36                 | 3:53
gas_collector.temperature_before   | 2:24                 | 2:25                 | 0:24                 | 0:25                 | 3:24                 | 3:25
gas_collector.underpressure_before | 2:61                 | 2:62                 | 0:61                 | 0:62                 | 3:61                 | 3:62
gate_valve.gas_valve_closed        | 4.1                  | 4.6                  | 1.1                  | 1.6                  | 5.1                  | 5.6
gate_valve.gas_valve_open          | 4.2                  | 4.7                  | 1.2                  | 1.7                  | 5.2                  | 5.7
gate_valve.gas_valve_position      | 4:6                  | 4:13                 | 1:6                  | 1:13                 | 5:6                  | 5:13
drive.rotor_current                | 4:2                  | 4:9                  | 1:2                  | 1:9                  | 5:2                  | 5:9
drive.rotor_voltage                | 4:4                  | 4:11                 | 1:4                  | 1:11                 | 5:4                  | 5:11
drive.stator_current               | 4:3                  | 4:10                 | 1:3                  | 1:10                 | 5:3                  | 5:10
drive.stator_voltage               | 4:5                  | 4:12                 | 1:5                  | 1:12                 | 5:5                  | 5:12
oil.oil_level                      | 4:0                  | 4:7                  | 1:0                  | 1:7                  | 5:0                  | 5:7
oil.oil_pressure                   | 4:1                  | 4:8                  | 1:1                  | 1:8                  | 5:1                  | 5:8
work.is_working                    | 2.0                  | 2.1                  | 0.0                  | 0.1                  | 3.0                  | 3.1
`

/** The order in which setpoints stand in the plant's list, in frames and in history rows. */
export const SETPOINTS = ['alarm_max', 'alarm_min', 'warning_max', 'warning_min'] as const
export type Setpoint = (typeof SETPOINTS)[number]

const [head, ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))

/** The measured signals in the plant's order. Those with setpoints, the points, come first. */
export const WIRE_SIGNALS: readonly string[] = rows.map((cells) => cells[0]!)

/** How many of the measured signals are points: bearing temperatures and vibrations. */
export const POINT_COUNT = rows.filter((cells) => cells[1]!.includes(' ')).length

/** Values of one exhauster in one frame: five a point (value and setpoints), then one for each other signal. */
export const VALUE_COUNT = POINT_COUNT * (1 + SETPOINTS.length) + (rows.length - POINT_COUNT)

/** The 121 wire codes of one exhauster in the order of a frame's values. */
export function codesOf(exhauster: string): string[] {
  const column = head!.indexOf(exhauster)
  return rows.flatMap((cells) => {
    const [code, ...setpoints] = cells[column]!.split(' ')
    const module = code!.split(/[:.]/)[0]
    return [code!, ...setpoints.map((number) => `${module}:${number}`)]
  })
}
