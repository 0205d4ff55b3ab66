"""The table of docs/interception.md from what `run` has seen, compared with the one that stands there.

    python table.py RESULTS PAGE [--update]
"""
import json
import sys

RUNGS = ['environment', 'sandbox', 'base_url']
BEGIN, END = '<!-- The table is made by .ci/interception/run. -->\n', '<!-- End of the table. -->\n'


def cell(path):
    """What came of a client on one rung."""
    with open(path, encoding='utf-8') as file:
        events = [json.loads(line) for line in file]
    reads = [event for event in events if event['event'] == 'invocation_finished' and event['command'] == 'read']
    judged = [event for event in events if event.get('check') == 'requests_match_recording']
    got = ' '.join(finding['got'] for event in judged for finding in event.get('findings', []))
    # Whether it conforms in all else is not asked here.
    if not got and reads and reads[0].get('status') == 0 and reads[0]['records'] == 1:
        return 'ok ({})'.format(', '.join(reads[0]['via']))
    if 'handshake' in got or 'UnknownCA' in got:
        return 'no trust'
    return 'fails' if got or reads and reads[0]['requests'] else 'no route'


def rows(text):
    """The cells of a table, by client."""
    lines = [[part.strip() for part in line.strip().strip('|').split('|')] for line in text.splitlines() if line.startswith('| ') and not line.startswith('| -')]
    return {line[0]: dict(zip(RUNGS, line[1:])) for line in lines[1:]}


results, page, update = sys.argv[1], sys.argv[2], '--update' in sys.argv
with open(page, encoding='utf-8') as file:
    text = file.read()
before, rest = text.split(BEGIN)
table, after = rest.split(END)
promised = rows(table)

seen = {}
with open(results, encoding='utf-8') as file:
    for line in file:
        label, rung, path = line.rstrip('\n').split('\t')
        seen.setdefault(label, {})[rung] = cell(path)
# What could not be tried here stands as it is.
merged = {label: {**promised.get(label, {}), **cells} for label, cells in seen.items()}
for label in promised:
    merged.setdefault(label, promised[label])

lines = [['client', *('`{}`'.format(rung) for rung in RUNGS)]]
lines += [[label, *(cells.get(rung, '') for rung in RUNGS)] for label, cells in merged.items()]
widths = [max(len(line[column]) for line in lines) for column in range(4)]
lines.insert(1, ['-' * width for width in widths])
new = '\n' + ''.join('| {} |\n'.format(' | '.join(part.ljust(width) for part, width in zip(line, widths))) for line in lines) + '\n'
print(new)
if update:
    with open(page, 'w', encoding='utf-8') as file:
        file.write(before + BEGIN + new + END + after)
    sys.exit()
wrong = [
    f'{label}, {rung}: {page} says {promised.get(label, {}).get(rung)!r}, it is {got!r}'
    for label, cells in seen.items()
    for rung, got in cells.items()
    if promised.get(label, {}).get(rung) != got
]
if wrong:
    sys.exit('failed: ' + '\n        '.join(wrong) + '\n(events and stderr of each: target/interception/work)')
