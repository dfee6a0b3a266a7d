"""Makes a mongod a replica set of one, and waits until it is the primary: `initiate.py PORT`. Without a driver: four kinds of BSON do."""
import socket, struct, sys, time

port = int(sys.argv[1])


def encode(fields):
    body = b''
    for name, value in fields.items():
        key = name.encode() + b'\0'
        if isinstance(value, dict):
            body += b'\x03' + key + encode(value)
        elif isinstance(value, list):
            body += b'\x04' + key + encode({str(i): item for i, item in enumerate(value)})
        elif isinstance(value, str):
            text = value.encode() + b'\0'
            body += b'\x02' + key + struct.pack('<i', len(text)) + text
        else:
            body += b'\x10' + key + struct.pack('<i', value)
    return struct.pack('<i', len(body) + 5) + body + b'\0'


def ask(fields):
    """The answer's bytes: names of fields stand in them as text."""
    message = struct.pack('<i', 0) + b'\0' + encode({**fields, '$db': 'admin'})
    with socket.create_connection(('127.0.0.1', port), 10) as connection:
        connection.sendall(struct.pack('<4i', len(message) + 16, 1, 0, 2013) + message)
        answer = b''
        while len(answer) < 4 or len(answer) < struct.unpack('<i', answer[:4])[0]:
            answer += connection.recv(65536)
    return answer


ask({'replSetInitiate': {'_id': 'rs0', 'members': [{'_id': 0, 'host': f'127.0.0.1:{port}'}]}})
deadline = time.monotonic() + 60
# BSON: kind 8 (boolean), the name, the value.
while b'\x08isWritablePrimary\0\x01' not in ask({'hello': 1}):
    if time.monotonic() > deadline:
        sys.exit('mongod did not become the primary')
    time.sleep(0.1)
