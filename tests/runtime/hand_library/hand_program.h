/* The constant data that a compiler would generate for the network of hand.h. */
#ifndef HAND_PROGRAM_H
#define HAND_PROGRAM_H

#include <fovea/runtime/abi.h>

extern const fovea_program program_of_hand;

#endif /* HAND_PROGRAM_H */
