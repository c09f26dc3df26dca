// What a program that sleeps nearly all its life does for the machine it sleeps on.

#pragma once

namespace plotmeter {

// Once, before there are threads. The allocator otherwise keeps a store for each thread, and each
// keeps what its thread needed at the worst moment.
void ShareMemoryBetweenThreads();

// After work that will not come again for minutes: what it left free goes back to the system.
void GiveBackMemory();

}  // namespace plotmeter
