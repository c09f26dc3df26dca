// The portal's commands, one function each; main.cpp has the table that says what they are told.
// Each returns its exit code; what fails throws, and what was asked wrongly throws UsageError. The
// Check functions do only the latter, for --check and before anything is done.

#pragma once

#include <vector>

#include "common/settings.h"

namespace plotmeter {

int Init(const Arguments& arguments);
int MigrateDatabase(const Arguments& arguments);
int Serve(const Arguments& arguments);
void CheckServe(const Arguments& arguments);

void CheckName(const Arguments& arguments);
int AddReseller(const Arguments& arguments);
int ListResellers(const Arguments& arguments);
int AddCustomer(const Arguments& arguments);
int ListCustomers(const Arguments& arguments);
int EraseCustomer(const Arguments& arguments);
int AddSite(const Arguments& arguments);
void CheckSite(const Arguments& arguments);
int ListSites(const Arguments& arguments);

int AddEnrolment(const Arguments& arguments);
void CheckEnrolment(const Arguments& arguments);
int ListEnrolments(const Arguments& arguments);
int AddToken(const Arguments& arguments);
void CheckToken(const Arguments& arguments);
int ListTokens(const Arguments& arguments);
int RevokeToken(const Arguments& arguments);
int ListCollectors(const Arguments& arguments);
int RevokeCollector(const Arguments& arguments);

int CollectorSettings(const Arguments& arguments);
void CheckCollectorSettings(const Arguments& arguments);

int ListPrinters(const Arguments& arguments);
int MovePrinter(const Arguments& arguments);
int AddPrinter(const Arguments& arguments);
void CheckPrinter(const Arguments& arguments);

int AddUser(const Arguments& arguments);
void CheckUser(const Arguments& arguments);
int ListUsers(const Arguments& arguments);
int DisableUser(const Arguments& arguments);
int MakeUserLink(const Arguments& arguments);

int AddSchedule(const Arguments& arguments);
void CheckSchedule(const Arguments& arguments);
int ListSchedules(const Arguments& arguments);
int RemoveSchedule(const Arguments& arguments);

// Their table as well: they are a family of their own.
std::vector<Command> IncidentCommands();
std::vector<Command> ReadingCommands();
std::vector<Command> GapCommands();
std::vector<Command> ReconciliationCommands();

int VerifyEvidence(const Arguments& arguments);
int ExportEvidence(const Arguments& arguments);

int Backup(const Arguments& arguments);
int Restore(const Arguments& arguments);
int AddRecoveryKey(const Arguments& arguments);
int ListKeys(const Arguments& arguments);
int RotateKeys(const Arguments& arguments);
int ReplaceKeys(const Arguments& arguments);
void CheckRotateKeys(const Arguments& arguments);

int ImportBatches(const Arguments& arguments);

}  // namespace plotmeter
