// Who made a printer, in one spelling over every channel: the maker is a part of who a printer is,
// and one that is "HP" over SNMP and "Hewlett-Packard" over PIWS would be two.
//
//    UsualMaker("Hewlett-Packard")         "HP"
//    UsualMaker(" Canon ")                 "Canon"
//    MakerInModel("hp DesignJet T1600")    "HP"

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

// "HP" for HP, HP Inc., Hewlett-Packard and the like, in any case of letters; another maker as it
// names itself, without blanks at both ends.
std::string UsualMaker(std::string_view said);

// "HP" where the name of a model begins with one of HP's names and goes on; else empty.
std::string_view MakerInModel(std::string_view model);

}  // namespace plotmeter
