// What an installer's action knows of its installation: properties, the log, and data handed to a
// deferred action.
//
//    SetProperty(setup, L"EnrolCollector", Seal({portal, code}));  // at once; then in the
//    Unseal(setup, L"CustomActionData", 2);                        // deferred EnrolCollector
//
// A deferred action sees one property alone, the text it was handed, which Windows writes to a
// script on the disk and may write to a log. So that text is sealed (DPAPI, for this machine):
// whoever is sent the log cannot open it.

#pragma once

#include <windows.h>
// after it
#include <msi.h>
#include <msiquery.h>

#include <cstddef>
#include <string>
#include <vector>

namespace plotmeter {

// The installation cannot go on; the words are for the administrator.
struct SetUpError {
  std::wstring words;
};

std::wstring Property(MSIHANDLE setup, const wchar_t* name);  // L"" when absent
void SetProperty(MSIHANDLE setup, const wchar_t* name, const std::wstring& value);

void Say(MSIHANDLE setup, const std::wstring& words);  // a line of the log
void Refuse(
    MSIHANDLE setup,
    const std::wstring& words);  // an error: the log, and a box where there is somebody to see it

std::wstring Seal(const std::vector<std::wstring>& texts);
// What such a property holds; throws SetUpError unless it is `count` texts.
std::vector<std::wstring> Unseal(MSIHANDLE setup, const wchar_t* name, std::size_t count);

// "Access is denied", of GetLastError().
std::wstring SystemWords(DWORD error);

// Leaves nothing of a secret in memory.
void Wipe(std::wstring& text);

}  // namespace plotmeter
