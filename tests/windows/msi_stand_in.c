/* Stands in for plotmeter-collector.exe in tests of the installer alone (msi_life.py --stand-in): enrol, run and run --check as the
   installer sees them, and nothing of what the collector does. The only code it takes is PM1-GOOD. */

#include <windows.h>
/* after it */
#include <shlobj.h>
#include <stdio.h>
#include <string.h>

static SERVICE_STATUS_HANDLE handle;
static HANDLE stop;

static FILE *Open(const char *name, const char *mode) {
  char path[MAX_PATH + 64];
  SHGetFolderPathA(NULL, CSIDL_COMMON_APPDATA, NULL, 0, path);
  strcat(path, "\\Plotmeter\\");
  strcat(path, name);
  return fopen(path, mode);
}

static void Write(const char *name, const char *mode, const char *text) {
  FILE *file = Open(name, mode);
  if (file == NULL) return;
  fputs(text, file);
  fclose(file);
}

static int Has(const char *name) {
  FILE *file = Open(name, "r");
  if (file != NULL) fclose(file);
  return file != NULL;
}

static void Say(DWORD state) {
  SERVICE_STATUS status = {SERVICE_WIN32_OWN_PROCESS, state, SERVICE_ACCEPT_STOP, 0, 0, 0, 0};
  SetServiceStatus(handle, &status);
}

static DWORD WINAPI Control(DWORD control, DWORD kind, void *data, void *context) {
  (void)kind, (void)data, (void)context;
  if (control == SERVICE_CONTROL_STOP) SetEvent(stop);
  return NO_ERROR;
}

static void WINAPI Main(DWORD count, char **words) {
  (void)count, (void)words;
  handle = RegisterServiceCtrlHandlerExA("PlotmeterCollector", Control, NULL);
  stop = CreateEventA(NULL, TRUE, FALSE, NULL);
  if (!Has("spool.db")) Write("spool.db", "w", "what waits");
  Write("collector.log", "a", Has("identity.json") ? "running\n" : "running, not enrolled\n");
  Say(SERVICE_RUNNING);
  WaitForSingleObject(stop, INFINITE);
  Write("collector.log", "a", "stopped\n");
  Say(SERVICE_STOPPED);
}

/* True when the file named by --config is there and has the text. */
static int Configured(int count, char **words, const char *text) {
  char content[8192];
  FILE *file = NULL;
  for (int i = 1; i + 1 < count; ++i)
    if (strcmp(words[i], "--config") == 0) file = fopen(words[i + 1], "rb");
  if (file == NULL) return 0;
  content[fread(content, 1, sizeof content - 1, file)] = 0;
  fclose(file);
  return strstr(content, text) != NULL;
}

int main(int count, char **words) {
  const char *command = count > 1 ? words[1] : "";
  if (strcmp(command, "enrol") == 0) {
    const char *code = getenv("PLOTMETER_CODE");
    Write("key.pem", "w", "a key");
    if (!Configured(count, words, "")) return fputs("no settings\n", stderr), 2;
    if (code == NULL || strcmp(code, "PM1-GOOD") != 0) return fputs("the portal does not know this code\n", stderr), 1;
    Write("identity.json", "w", getenv("PLOTMETER_PORTAL"));
    return puts("enrolled as col_1 for its site"), 0;
  }
  if (strcmp(command, "run") != 0) return puts("a stand-in"), 0;
  if (Configured(count, words, "nonsense")) return fputs("'range' is 'nonsense'; expected an address\n", stderr), 2;
  if (count > 2 && strcmp(words[2], "--check") == 0) return 0;
  const SERVICE_TABLE_ENTRYA table[] = {{(char *)"PlotmeterCollector", Main}, {NULL, NULL}};
  return StartServiceCtrlDispatcherA(table) != 0 ? 0 : 1;
}
