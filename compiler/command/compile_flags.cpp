#include "compiler/command/compile_flags.hpp"

#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/target.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace fovea::command {
namespace {

constexpr const char* group = "Compilation";

// {"conv1", "text"} of "conv1=text". Layers' names hold no "=".
std::map<std::string, std::string> by_layer(const std::string& option,
                                            const std::vector<std::string>& values,
                                            const std::string& form) {
  std::map<std::string, std::string> result;
  for (const std::string& value : values) {
    const std::optional<NameAndValue> parts = name_and_value(value);
    if (!parts || parts->name.empty() || parts->value.empty())
      throw CLI::ValidationError(option, "expected " + form + ", got '" + value + "'");
    if (!result.emplace(parts->name, parts->value).second)
      throw CLI::ValidationError(option, "layer '" + parts->name + "' is given twice");
  }
  return result;
}

std::string read_schedule(const std::string& path) {
  std::error_code ignored;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, ignored)) // else reading a pipe would wait
    file.open(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    throw Error({.what = path + ": the schedule cannot be read",
                 .expected = "a regular file that holds a schedule's text"});
  return text;
}

// The same words, said of the option that they stand in.
template <class Parse>
auto parsed(const std::string& option, const Parse& parse) {
  try {
    return parse();
  } catch (const Error& error) {
    std::string text = error.what();
    if (text.starts_with("error: "))
      text.erase(0, 7);
    throw CLI::ValidationError(option, text);
  }
}

} // namespace

void CompileFlags::add_to(CLI::App& verb) {
  const auto added = [this](CLI::Option* option, const char* text) {
    added_.push_back(option);
    return option->group(group)->option_text(text);
  };
  added(verb.add_option("-O", optimization_,
                        "0: every op as written, by the generic algorithm; 1: without what repeats "
                        "or is not used; 2, 3: fused, each kernel by its best algorithm "
                        "(default: 2)"),
        "LEVEL")
      ->check(CLI::Range(0, 3));
  added(verb.add_option("--precision", precision_,
                        "exact: no algorithm that transforms sums, as Winograd's does "
                        "(default: fast)"),
        "exact|fast")
      ->check(CLI::IsMember({"exact", "fast"}));
  max_workspace_option_ =
      added(verb.add_option("--max-workspace", max_workspace_,
                            "bytes of memory beside tensors that a kernel may use in one thread, "
                            "also as 64K, 2M or 1G (of 1024): no algorithm that needs more"),
            "BYTES")
          ->transform(CLI::AsSizeValue(false))
          ->check([](const std::string& bytes) { // as a number now; CLI11 lets negative ones pass
            const bool fits = bytes.size() < 19 && !bytes.starts_with('-');
            return fits ? std::string() : "expected a size from 0 to 1E, got " + bytes;
          });
  added(verb.add_option("--target", targets_,
                        "the machine to compile for: x86-64, x86-64-v2, x86-64-v3, x86-64-v4 or "
                        "aarch64, then what else is known of it, as in 'x86-64-v3 threads=4' or "
                        "'x86-64 avx2 fma' (default: this one)"),
        "TEXT")
      ->allow_extra_args(false);
  added(verb.add_option("--schedule", schedules_,
                        "a layer's schedule; @FILE reads it from a file; may be repeated"),
        "LAYER=TEXT|LAYER=@FILE")
      ->allow_extra_args(false);
  added(verb.add_option("--algorithm", algorithms_, "a layer's algorithm; may be repeated"),
        "LAYER=NAME")
      ->allow_extra_args(false);
  CLI::Option* cache =
      added(verb.add_option("--cache", cache_,
                            "the folder that keeps compiled kernels for the next time (default: "
                            "$FOVEA_CACHE, else fovea in the user's cache folder)"),
            "FOLDER");
  added(verb.add_flag("--no-cache", no_cache_, "compile every kernel, keep none"), "")
      ->excludes(cache);
}

std::vector<catalogue::Target> CompileFlags::targets() const {
  std::vector<catalogue::Target> targets;
  for (const std::string& text : targets_)
    targets.push_back(parsed("--target", [&] { return catalogue::parse_target(text); }));
  if (targets.size() < 2)
    targets.clear();
  return targets;
}

CompileOptions CompileFlags::options() const {
  if (targets_.size() > 1)
    throw CLI::ValidationError("--target", "only a library can have more than one target");
  return options_of_library();
}

CompileOptions CompileFlags::options_of_library() const {
  CompileOptions options;
  options.optimization = optimization_;
  options.precision = precision_ == "exact" ? Precision::exact : Precision::fast;
  if (max_workspace_option_ && max_workspace_option_->count() > 0)
    options.max_workspace = static_cast<int64_t>(max_workspace_);
  if (targets_.size() == 1)
    options.target = parsed("--target", [&] { return catalogue::parse_target(targets_.front()); });
  for (const auto& [layer, text] :
       by_layer("--schedule", schedules_, "LAYER=TEXT or LAYER=@FILE")) {
    const std::string whole = text.starts_with('@') ? read_schedule(text.substr(1)) : text;
    options.schedules[layer] =
        parsed("--schedule " + layer, [&] { return Schedule::parse(whole); });
  }
  options.algorithms = by_layer("--algorithm", algorithms_, "LAYER=NAME");
  if (no_cache_)
    options.cache = std::filesystem::path();
  else if (!cache_.empty())
    options.cache = cache_;
  return options;
}

std::string CompileFlags::first_given() const {
  for (const CLI::Option* option : added_)
    if (option->count() > 0)
      return option->get_name();
  return {};
}

} // namespace fovea::command
