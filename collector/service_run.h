// How the program was started: by hand, by systemd, or by the service manager of Windows, which a
// program has to answer before anything else, and to which what goes to standard error is lost.
//
//    return RunAsStarted(line, [&] { return RunProgram(program, line.argc(), line.argv()); });

#pragma once

#include <functional>
#include <string>

#include "common/system.h"

namespace plotmeter {

// The exit code of `program`. On Windows, for `run`: if the service manager started us, it hears of
// every step, and warnings, errors, start and stop go to the Event Log, what `program` says on
// standard error before it fails included.
int RunAsStarted(const CommandLine& line, const std::function<int()>& program);

// Where the log goes that nobody gave a file: collector.log in the state directory of a Windows
// service; elsewhere empty, standard error.
std::string OwnLogFile(const std::string& state_directory);

}  // namespace plotmeter
