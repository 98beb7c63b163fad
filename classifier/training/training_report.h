// Writes the result of a training, as text for people and as JSON. Pure. Thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "classifier/training/training.h"

namespace motzkin::classifier {

// Returns for instance "job demo (preset intclass, answers special)".
std::string ModelName(const Provenance& provenance);

// Returns lines: scores on valid and test with their 95 % intervals, accuracy by outcome, and
// calibration.
std::string TrainingText(const Training& training);

// docs/classifier.md lists the keys.
nlohmann::ordered_json TrainingJson(const Training& training);

// Returns the header of the model's file.
nlohmann::ordered_json ProvenanceJson(const Provenance& provenance);

}  // namespace motzkin::classifier
