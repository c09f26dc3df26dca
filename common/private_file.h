// Files and folders that only their owner may open: keys, what was read, what identifies us.
//
//    KeepNewFilesPrivate();                       // first thing in main
//    MakePrivateFolder("/var/lib/plotmeter");
//    WriteKeyFile("/var/lib/plotmeter/key.pem", key.ToPem());
//
// On POSIX "private" is mode 0600 (0700 for a folder). On Windows it is an access list that is not
// inherited from above: SYSTEM, Administrators and, where a person without elevated rights calls,
// that person. All functions throw std::runtime_error that names the file and why.

#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "common/secret.h"

namespace plotmeter {

// What this process makes from now on, other libraries' files too, is its owner's alone. On Windows
// that follows from the folder it lies in, and nothing is done.
void KeepNewFilesPrivate();

// Makes the folder, and those above it, where it is missing. On Windows a folder that is there must
// belong to SYSTEM, Administrators or the caller: everybody may make folders below C:\ProgramData,
// and one that a stranger made beforehand is his to open.
void MakePrivateFolder(const std::string& path);

// Empty when there is no such file.
std::optional<Secret> ReadPrivateFile(const std::string& path);

// Replaces what was there in one step: written whole or not at all, and on disk before the call
// returns.
void WritePrivateFile(const std::string& path, const Secret& content);

// What was made, renamed and removed in it is on disk before the call returns. On Windows nothing
// is done: the file system writes down such changes in their order (NTFS), so that none outlives a
// power cut without those before it.
void SyncFolder(const std::string& folder);

// A private file with a key in it. On Windows what is on disk is sealed by the system (DPAPI, for
// this machine) behind the line "plotmeter key 1 dpapi"; a copy of the disk is not enough to read
// it. One that was written by another kind of system, or sealed by another machine, is refused in
// words.
std::optional<Secret> ReadKeyFile(const std::string& path);
void WriteKeyFile(const std::string& path, const Secret& content);

// Who else may open the file: "mode 644", "Users may read it"; empty when nobody may but its owner
// and the administrators of the machine, or when there is no such file.
std::string ExposureOf(const std::string& path);

// The command that closes such a file: "chmod 600 FILE".
std::string CloseCommand(const std::string& path);

// The first `most` octets of a file that a person wrote. The words of its std::runtime_error are
// the end of a sentence that names the file: "which cannot be read: Permission denied", "which is
// no file" of a folder or a pipe.
Secret ReadPersonsFile(const std::string& path, std::size_t most);

}  // namespace plotmeter
