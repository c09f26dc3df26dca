// Force-included before cpprestsdk (collector/uplink/CMakeLists.txt): a task whose exception nobody
// looked at is logged, instead of ending the process, which is the library's default.

#pragma once

namespace plotmeter {
void ReportUnobservedTask();
}

#define _REPORT_PPLTASK_UNOBSERVED_EXCEPTION() ::plotmeter::ReportUnobservedTask()
