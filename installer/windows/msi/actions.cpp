// What the installer does beyond the tables of Windows Installer, each a custom action of
// collector.wxs:
//
//    SealSecrets      at once, first of all: CODE and PROXY are sealed and forgotten, so that even
//                     a log that shows all properties has neither, whatever comes of it
//    HandOver         at once, when folders are known: what the next ones are handed
//    KeepSettings     as SYSTEM: collector.toml and portal-ca.pem in the data folder
//    RestoreSettings, AcceptSettings   when the installation is rolled back; when it is done
//    EnrolCollector   as SYSTEM, after the program is there and before its service starts
//    PurgeData        as SYSTEM, at the end of a removal with PURGE=1

#include <exception>

#include "collector_program.h"
#include "data_folder.h"
#include "properties.h"
#include "settings_text.h"

namespace plotmeter {
namespace {

constexpr wchar_t kSettings[] = L"collector.toml";
constexpr wchar_t kAuthority[] = L"portal-ca.pem";

template <typename Action>
UINT Guarded(MSIHANDLE setup, Action action) {
  try {
    action();
    return ERROR_SUCCESS;
  } catch (const SetUpError& error) {
    Refuse(setup, error.words);
  } catch (const std::exception& error) {
    Refuse(setup, Wide(error.what()));
  }
  return ERROR_INSTALL_FAILURE;
}

std::wstring Quoted(const std::wstring& path) { return L"\"" + path + L"\""; }

void SealSecrets(MSIHANDLE setup) {
  std::vector<std::wstring> secrets = {Property(setup, L"CODE"), Property(setup, L"PROXY")};
  const bool has_code = !secrets[0].empty();
  SetProperty(setup, L"Secrets", Seal(secrets));
  for (std::wstring& secret : secrets) Wipe(secret);
  for (const wchar_t* name : {L"CODE", L"PROXY"}) SetProperty(setup, name, L"");
  if (has_code) SetProperty(setup, L"HasCode", L"1");
}

void HandOver(MSIHANDLE setup) {
  std::vector<std::wstring> secrets = Unseal(setup, L"Secrets", 2);
  const std::wstring exe = Property(setup, L"ProgramFolder") + L"plotmeter-collector.exe";
  SetProperty(setup, L"KeepSettings",
              Seal({exe, Property(setup, L"RANGES"), secrets[1], Property(setup, L"CA")}));
  SetProperty(setup, L"EnrolCollector", Seal({exe, Property(setup, L"PORTAL"), secrets[0]}));
  for (std::wstring& secret : secrets) Wipe(secret);
}

void KeepAuthority(const DataFolder& folder, const std::wstring& ca_file) {
  const std::optional<std::string> content = ReadFileAt(ca_file);
  if (!content)
    throw SetUpError{
        L"'CA' is '" + ca_file +
        L"', which is not there; expected a file of certificates (PEM) that SYSTEM can read"};
  if (content->find("-----BEGIN CERTIFICATE-----") == std::string::npos)
    throw SetUpError{L"'CA' is '" + ca_file +
                     L"', which holds no certificate; expected a file of certificates (PEM)"};
  if (content != folder.Read(kAuthority)) folder.Put(kAuthority, *content);
}

void KeepSettings(MSIHANDLE setup) {
  const std::vector<std::wstring> given = Unseal(setup, L"CustomActionData", 4);
  const std::wstring& exe = given[0];
  const std::wstring& ca_file = given[3];
  const DataFolder folder;
  folder.Accept(kSettings);  // of an installation that was cut short
  folder.Accept(kAuthority);
  if (!ca_file.empty()) KeepAuthority(folder, ca_file);
  const std::optional<std::string> file = folder.Read(kSettings);
  const std::optional<std::string> next =
      NextSettings(file, {.ranges = Utf8(given[1]),
                          .proxy = Utf8(given[2]),
                          .ca_file = ca_file.empty() ? "" : Utf8(folder.File(kAuthority))});
  if (!next) {
    Say(setup, folder.File(kSettings) +
                   L" is kept as it is: the lines that the installer writes are not in it any "
                   L"more. RANGES, PROXY and "
                   L"CA are not used; write into it what shall hold");
  } else if (next != file) {
    folder.Put(kSettings, *next);
    Say(setup, folder.File(kSettings) + L" is written");
  }
  const Ended checked =
      RunCollector(exe, L"run --check --config " + Quoted(folder.File(kSettings)));
  if (checked.code != 0) throw SetUpError{L"the settings cannot be meant: " + checked.words};
}

void EnrolCollector(MSIHANDLE setup) {
  std::vector<std::wstring> given = Unseal(setup, L"CustomActionData", 3);
  std::wstring& code = given[2];
  const DataFolder folder;
  if (folder.Has(L"identity.json")) {
    Wipe(code);
    Say(setup, L"this collector is enrolled, so CODE is not used");
    return;
  }
  const Ended enrolled = RunCollector(given[0], L"enrol --config " + Quoted(folder.File(kSettings)),
                                      {{L"PLOTMETER_PORTAL", given[1]}, {L"PLOTMETER_CODE", code}});
  // The program never repeats a code; a log is kept for ever, so that is not only believed.
  const bool is_told = enrolled.words.find(code) != std::wstring::npos;
  Wipe(code);
  const std::wstring words =
      is_told ? L"(what it said is left out, since the code is in it)" : enrolled.words;
  if (enrolled.code != 0) throw SetUpError{L"the enrolment at " + given[1] + L" failed: " + words};
  Say(setup, words);
}

}  // namespace
}  // namespace plotmeter

extern "C" {

__declspec(dllexport) UINT __stdcall SealSecrets(MSIHANDLE setup) {
  return plotmeter::Guarded(setup, [&] { plotmeter::SealSecrets(setup); });
}

__declspec(dllexport) UINT __stdcall HandOver(MSIHANDLE setup) {
  return plotmeter::Guarded(setup, [&] { plotmeter::HandOver(setup); });
}

__declspec(dllexport) UINT __stdcall KeepSettings(MSIHANDLE setup) {
  return plotmeter::Guarded(setup, [&] { plotmeter::KeepSettings(setup); });
}

__declspec(dllexport) UINT __stdcall RestoreSettings(MSIHANDLE setup) {
  return plotmeter::Guarded(setup, [] {
    const plotmeter::DataFolder folder;
    folder.Restore(plotmeter::kSettings);
    folder.Restore(plotmeter::kAuthority);
  });
}

__declspec(dllexport) UINT __stdcall AcceptSettings(MSIHANDLE setup) {
  return plotmeter::Guarded(setup, [] {
    const plotmeter::DataFolder folder;
    folder.Accept(plotmeter::kSettings);
    folder.Accept(plotmeter::kAuthority);
  });
}

__declspec(dllexport) UINT __stdcall EnrolCollector(MSIHANDLE setup) {
  return plotmeter::Guarded(setup, [&] { plotmeter::EnrolCollector(setup); });
}

__declspec(dllexport) UINT __stdcall PurgeData(MSIHANDLE setup) {
  return plotmeter::Guarded(setup, [&] { plotmeter::DataFolder().Purge(setup); });
}
}
