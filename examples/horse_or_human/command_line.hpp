// SPDX-License-Identifier: MIT
// How horse_or_human.cpp and horse_or_human_cuda.cpp are called.
#pragma once

#include "job.hpp"

#include <CLI/CLI.hpp>

/// The options of the command line.
inline void add_options(CLI::App& app, Options& options) {
  app.add_option("--weights", options.weights, "Inception v3 in Keras' .h5 format")->capture_default_str();
  app.add_option("--data", options.data, "folder with train/ and validation/, one sub-folder per class")
      ->capture_default_str();
  app.add_option("--out", options.out, "folder for history.csv, report.html and the model")
      ->capture_default_str();
  app.add_option("--epochs", options.epochs, "epochs")->capture_default_str();
  app.add_option("--batch-size", options.batch_size, "images in a step")->capture_default_str();
  app.add_option("--seed", options.seed, "seed of everything random")->capture_default_str();
  app.add_option("--threads", options.threads, "threads; 0: one for each processor")->capture_default_str();
  app.add_flag("--skip-bad-images", options.skip_bad_images, "leave out images that cannot be decoded");
  app.add_flag("--profile", options.profile, "print where the time goes: stages, layers, roofline");
}

/// Runs the job, and says at the terminal what went wrong; the exit status of the program.
template <class Job>
int report_errors(Job&& job) {
  try {
    job();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
