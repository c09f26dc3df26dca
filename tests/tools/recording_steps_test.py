#!/usr/bin/python3
"""The commands of docs/adding-a-printer.md that are more than a program's name do what the page says of them."""
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs/adding-a-printer.md").read_text(encoding="utf-8")
SCAN, PRINT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-22222222222A"
AT = "/LFPWebServices/PI/JQ/JobQueue/"
# What JobQueueCollection may look like; the queue of prints is PRINT in all.
COLLECTIONS = {
    "scan first": f'{{"JobQueueCollection": {{"Queue": [{{"Type": "Scan", "URI": "{AT}{SCAN}/"}},\n {{"Type": "Print", "URI": "{AT}{PRINT}/"}}]}}}}',
    "one line, the type behind": f'{{"JobQueueCollection":{{"Queue":[{{"URI":"{AT}{SCAN}","Type":"Scan"}},{{"URI":"{AT}{PRINT}","Type":"Print"}}]}}}}',
    "escaped": f'{{"JobQueueCollection":{{"JobQueue":[{{"Type":"Scan","URI":"{AT}{SCAN}"}},{{"Type":"Print","URI":"{AT}{PRINT}"}}]}}}}'.replace("/", "\\/"),
    "an object, without a type": f'{{"JobQueueCollection": {{"Queue": {{"URI": "{AT}{PRINT}"}}}}}}',
    "XML": f"""<?xml version="1.0"?>\r\n<piws:JobQueueCollection xmlns:piws="http://www.hp.com/schemas/piws/v2_0">\r
  <!-- <no queue> -->\r\n  <Queue>\r\n    <Type>scan</Type>\r\n    <URI>{AT}{SCAN}</URI>\r\n  </Queue>\r
  <piws:Queue x="y"><piws:Type>print</piws:Type><piws:URI>{AT}{PRINT}/</piws:URI></piws:Queue>\r\n</piws:JobQueueCollection>\r\n""",
    "XML, the type behind": f"<JobQueueCollection><JobQueue><URI>{AT}{SCAN}</URI><Type>Scan</Type></JobQueue>"
                            f"<JobQueue><URI>{AT}{PRINT}</URI><Type>Print</Type></JobQueue></JobQueueCollection>",
}


def finds_the_queue_of_prints():
    command = re.search(r"^Q=\$\(.*?\)\n(?=curl)", PAGE, re.M | re.S)[0]
    for what, text in COLLECTIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "web/LFPWebServices/PI/JQ/JobQueueCollection"
            file.parent.mkdir(parents=True)
            file.write_text(text, encoding="utf-8", newline="")
            done = subprocess.run(["bash", "-c", command + 'echo "$Q"'], cwd=folder, capture_output=True, text=True, check=True)
            assert done.stdout.strip() == PRINT, (what, done)


def asks_for_single_objects_first():
    """GETBULK only after it has worked with that printer (domain.md 2.1)."""
    commands = re.findall(r"snmp(?:bulk)?walk -v\S*", PAGE)
    assert commands[0] == "snmpwalk -v2c", commands


if __name__ == "__main__":
    finds_the_queue_of_prints()
    asks_for_single_objects_first()
