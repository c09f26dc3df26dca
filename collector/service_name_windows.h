// Windows only: what our service is called. The installer (installer/windows/msi) says the same.

#pragma once

namespace plotmeter {

inline constexpr const wchar_t kServiceName[] = L"PlotmeterCollector";    // for sc.exe
inline constexpr const wchar_t kServiceTitle[] = L"Plotmeter Collector";  // for people
inline constexpr const wchar_t kEventSource[] = L"Plotmeter Collector";

}  // namespace plotmeter
