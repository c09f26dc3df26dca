// What a program that sleeps nearly all its life does for the machine it sleeps on
// (docs/decisions/0011).

#pragma once

namespace plotmeter {

// Once, before there are threads. The allocator otherwise keeps a store for each thread, and each
// keeps what its thread needed at the worst moment.
void ShareMemoryBetweenThreads();

// Once, before there are threads. A round of a thousand printers fills thirty megabytes, and to get
// them by pages of 4 KB takes 2 µs each, a tenth of its CPU. Until GiveBackMemory was called the
// heap gets pages of 2 MB, where the system has them; after it small ones, of which less is kept.
void TakeMemoryInLargePages();

// After work that will not come again for minutes. What it left free goes back to the system, and
// so do the pages of the program and its libraries that were only read: those that are needed again
// come back from the file, or more often from the system's cache of it, which costs a millisecond
// or two in all. Any thread; the others go on meanwhile.
void GiveBackMemory();

}  // namespace plotmeter
