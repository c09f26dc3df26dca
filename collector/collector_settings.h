// The collector's settings: one table for --help, flags, PLOTMETER_… variables and the file, and
// how each is read.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/spool/spool.h"
#include "collector/uplink/proxy.h"
#include "common/settings.h"

namespace plotmeter {

// Settings that several commands share; each command's own follow.
std::vector<Setting> StateSettings();    // --state, --spool-limit, and the modes of masking.h
std::vector<Setting> PortalSettings();   // --ca, --proxy
std::vector<Setting> ChannelSettings();  // SNMP options and PIWS
std::vector<Setting> RangeSettings();    // --range, --exclude, --hosts
Setting RediscoverSetting();
Table ProfileTable();  // [profile.NAME], collector/search_profile.h
Setting JsonSwitch();

std::vector<Setting> Joined(std::vector<std::vector<Setting>> lists);

// "90s", "10m", "3h", "500ms", "1d"; a number alone counts seconds. Throws UsageError that names
// the setting.
std::chrono::milliseconds ParseDuration(std::string_view setting, const std::string& text);

// "500MB", "4GB" (of 1000), or bytes. Throws UsageError that names the setting.
std::int64_t ParseSize(std::string_view setting, const std::string& text);

// Where the collector keeps its state: --state, else /var/lib/plotmeter for root and
// ~/.local/state/plotmeter for others.
std::string StateDirectory(const Arguments& arguments);
SpoolSettings SpoolSettingsOf(const Arguments& arguments);

// What a printer is asked for, so that nothing is read that is off.
Curiosity CuriosityOf(const MaskModes& masks);

// --proxy, else https_proxy and no_proxy of the environment.
ProxyWishes ProxyWishesOf(const Arguments& arguments);

// Throws UsageError if --proxy is no proxy or --ca cannot be read.
void CheckPortalSettings(const Arguments& arguments);

// "10.0.0.7" or "10.0.0.7:1161", with the ports of the settings where it names none.
PrinterAddress ParseAddress(const Arguments& arguments, const std::string& text);

}  // namespace plotmeter
