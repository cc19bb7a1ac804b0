#include "tests/fuzz/mutate.hpp"

#include <algorithm>
#include <cctype>

namespace fovea_fuzz {

namespace {

constexpr std::size_t largest_case = 1 << 20;

// Headers stand at the beginning, those of libraries also at the end.
std::size_t position(const std::string& bytes, Random& random) {
  std::size_t size = bytes.size() + 1;
  auto within = [&](std::size_t part) { return below(random, std::min(size, part)); };
  switch (below(random, 8)) {
  case 0:
  case 1:
  case 2:
    return within(160);
  case 3:
  case 4:
    return within(4096);
  case 5:
    return size - 1 - within(4096);
  default:
    return below(random, size);
  }
}

void change_byte(std::string& bytes, Random& random) {
  std::size_t at = position(bytes, random);
  if (at == bytes.size())
    return;
  if (below(random, 2))
    bytes[at] = char(bytes[at] ^ (1 << below(random, 8)));
  else
    bytes[at] = char(random());
}

// Limits of types, and their neighbours, in either byte order.
void put_integer(std::string& bytes, Random& random) {
  std::size_t width = std::size_t(1) << below(random, 4);
  std::uint64_t value = std::uint64_t(1) << below(random, 64);
  value += below(random, 3) - 1;
  if (below(random, 4) == 0)
    value = below(random, 2) ? ~std::uint64_t(0) - below(random, 4) : below(random, 256);
  std::string number(width, '\0');
  for (std::size_t i = 0; i < width; ++i)
    number[i] = char(value >> (8 * i));
  if (below(random, 2))
    std::reverse(number.begin(), number.end());
  std::size_t at = position(bytes, random);
  bytes.replace(at, std::min(width, bytes.size() - at), number);
}

// A number written in digits becomes another.
void change_digits(std::string& bytes, Random& random) {
  static const char* const numbers[] = {
      "0",          "-1", "1e9", "4294967296", "9223372036854775807", "18446744073709551616",
      "2147483648", "01", "",    "1.5",        "99999999999999999999"};
  std::size_t at = position(bytes, random);
  while (at < bytes.size() && !std::isdigit(static_cast<unsigned char>(bytes[at])))
    ++at;
  std::size_t end = at;
  while (end < bytes.size() && std::isdigit(static_cast<unsigned char>(bytes[end])))
    ++end;
  if (at != end)
    bytes.replace(at, end - at, numbers[below(random, std::size(numbers))]);
}

std::string slice(const std::string& bytes, Random& random) {
  std::size_t at = position(bytes, random);
  return bytes.substr(at, 1 + below(random, 64));
}

void insert(std::string& bytes, const std::string& more, Random& random) {
  if (bytes.size() + more.size() <= largest_case)
    bytes.insert(position(bytes, random), more);
}

void change(std::string& bytes, const std::string& other, Random& random) {
  switch (below(random, 9)) {
  case 0:
  case 1:
    return change_byte(bytes, random);
  case 2:
  case 3:
    return put_integer(bytes, random);
  case 4:
    return change_digits(bytes, random);
  case 5:
    return insert(bytes, slice(below(random, 2) ? bytes : other, random), random);
  case 6:
    return insert(bytes, std::string(1 + below(random, 16), char(random())), random);
  case 7:
    bytes.erase(position(bytes, random), 1 + below(random, 64));
    return;
  default:
    bytes.resize(position(bytes, random));
  }
}

} // namespace

std::string mutate(std::string bytes, const std::string& other, Random& random) {
  int changes = 0;
  do // often one alone: more rarely leave a file that gets far
    change(bytes, other, random);
  while (++changes < 4 && below(random, 2));
  return bytes;
}

} // namespace fovea_fuzz
