// NumPy's format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
//   "\x93NUMPY" major minor header_length header data
// The header is a Python dictionary literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2,
// 3), }
#include "runtime/host/file.hpp"

#include <fovea/runtime/output_files.hpp>

#include <optional>

namespace fovea::host {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "elements are read as they lie in the file");

namespace {

constexpr std::string_view magic("\x93NUMPY", 6);

struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
};

// The part of Python's syntax that NumPy writes for tensors, and nothing else.
class HeaderParser {
 public:
  HeaderParser(const InputFile& file, std::string_view text) : file_(file), text_(text) {}

  Header parse() {
    Header header;
    expect('{');
    while (!accept('}')) {
      entry(header);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (position_ != text_.size())
      fail("text after the dictionary");
    if (!header.descr || !header.fortran_order || !header.shape)
      fail("a key is missing");
    return header;
  }

 private:
  void entry(Header& header) {
    std::string key = string();
    expect(':');
    if (key == "descr" && !header.descr)
      header.descr = descr();
    else if (key == "fortran_order" && !header.fortran_order)
      header.fortran_order = boolean();
    else if (key == "shape" && !header.shape)
      header.shape = shape();
    else
      fail("unknown or repeated key " + excerpt(key));
  }

  std::string descr() {
    skip_space();
    if (peek() == '[')
      fail("structured dtype", "save each field as an array of its own");
    return string();
  }

  bool boolean() {
    skip_space();
    for (std::string_view word : {"True", "False"})
      if (text_.substr(position_).starts_with(word)) {
        position_ += word.size();
        return word == "True";
      }
    fail("fortran_order is neither True nor False");
  }

  std::vector<std::int64_t> shape() {
    std::vector<std::int64_t> extents;
    expect('(');
    while (!accept(')')) {
      if (extents.size() == FOVEA_MAX_RANK)
        fail("more than 12 dimensions");
      extents.push_back(integer());
      if (accept(','))
        continue;
      expect(')');
      if (extents.size() == 1) // "(3)" is a number in Python, "(3,)" a tuple
        fail("shape is no tuple");
      break;
    }
    return extents;
  }

  std::int64_t integer() {
    skip_space();
    if (peek() < '0' || peek() > '9')
      fail("an extent is no whole number of 0 or more");
    std::int64_t value = 0;
    for (; peek() >= '0' && peek() <= '9'; ++position_)
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, peek() - '0', &value))
        fail("an extent exceeds 63 bits");
    return value;
  }

  std::string string() {
    skip_space();
    char quote = peek();
    if (quote != '\'' && quote != '"')
      fail("a quoted string is missing");
    std::size_t end = text_.find(quote, position_ + 1);
    if (end == text_.npos)
      fail("a string does not end");
    std::string result(text_.substr(position_ + 1, end - position_ - 1));
    position_ = end + 1;
    return result;
  }

  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t')
      ++position_;
  }
  bool accept(char c) {
    skip_space();
    if (peek() != c || position_ >= text_.size())
      return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(std::string("'") + c + "' is missing");
  }
  [[noreturn]] void fail(const std::string& what, std::string hint = {}) const {
    file_.fail("npy header: " + what, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
               excerpt(text_), std::move(hint));
  }

  const InputFile& file_;
  std::string_view text_;
  std::size_t position_ = 0;
};

struct Descr {
  const char* text; // as NumPy writes it
  fovea_dtype dtype;
};
constexpr Descr descrs[] = {{"<f2", FOVEA_F16}, {"<f4", FOVEA_F32},    {"<f8", FOVEA_F64},
                            {"|i1", FOVEA_I8},  {"|u1", FOVEA_U8},     {"<i4", FOVEA_I32},
                            {"<i8", FOVEA_I64}, {"|b1", FOVEA_BOOLEAN}};

fovea_dtype dtype_of(const InputFile& file, const std::string& descr) {
  std::string canonical = descr;
  // "=" is the writer's own order, which no reader can know; single bytes have none.
  if (canonical.size() == 3 && canonical[2] == '1')
    canonical[0] = '|';
  for (const Descr& known : descrs)
    if (canonical == known.text)
      return known.dtype;
  bool big_endian = descr.starts_with('>');
  file.fail("npy header: unsupported dtype", "one of <f2 <f4 <f8 |i1 |u1 <i4 <i8 |b1",
            excerpt(descr),
            big_endian ? "in Python: a.astype(a.dtype.newbyteorder('<'))"
                       : "convert the array, in Python: a.astype('float32')");
}

} // namespace

HostTensor read_npy(const std::filesystem::path& path) {
  InputFile file(path);
  char start[8];
  file.read(start, sizeof start, "npy magic");
  if (std::string_view(start, 6) != magic)
    file.fail("not an npy file: wrong magic", "\\x93NUMPY", excerpt({start, 6}));
  int major = static_cast<unsigned char>(start[6]), minor = static_cast<unsigned char>(start[7]);
  if (major < 1 || major > 3 || minor != 0)
    file.fail("npy: unsupported version", "1.0, 2.0 or 3.0",
              std::to_string(major) + "." + std::to_string(minor));
  std::uint64_t length = file.read_little_endian(major == 1 ? 2 : 4, "npy header length");
  constexpr std::uint64_t longest_header = 1 << 20;
  std::string text = file.read_text(length, longest_header, "npy header");

  Header header = HeaderParser(file, text).parse();
  fovea_dtype dtype = dtype_of(file, *header.descr);
  if (*header.fortran_order)
    file.fail("npy: unsupported order", "fortran_order False (C order)", "fortran_order True",
              "in Python: numpy.save(path, numpy.ascontiguousarray(a))");
  std::uint64_t bytes = declared_bytes(path, "npy", dtype, *header.shape);
  if (bytes != file.remaining())
    file.fail("npy: the data have the wrong size",
              std::to_string(bytes) + " bytes for " + fovea_dtype_name(dtype) + " of shape " +
                  to_string(*header.shape),
              std::to_string(file.remaining()) + " bytes");
  HostTensor tensor = allocate_tensor(path, "npy", dtype, *header.shape);
  file.read(tensor.bytes(), bytes, "npy data");
  check_booleans(path, "npy", tensor);
  return tensor;
}

void write_npy(const std::filesystem::path& path, const HostTensor& tensor) {
  const char* descr = nullptr;
  for (const Descr& known : descrs)
    if (known.dtype == tensor.dtype())
      descr = known.text;
  if (!descr)
    throw FileError(path, {"cannot write npy: NumPy has no such dtype", "any other dtype",
                           fovea_dtype_name(tensor.dtype()), "convert to f32, or use safetensors"});
  std::string shape;
  for (std::int64_t extent : tensor.shape())
    shape += std::to_string(extent) + ", ";
  std::string header = std::string("{'descr': '") + descr +
                       "', 'fortran_order': False, 'shape': (" +
                       (shape.empty() ? "" : shape.substr(0, shape.size() - 1)) + "), }";
  // Data start at a multiple of 64, as NumPy writes it; the header ends with a newline.
  constexpr std::size_t prefix = 10;
  header.append(63 - (prefix + header.size()) % 64, ' ');
  header += '\n';
  char length[2] = {char(header.size() & 0xff), char(header.size() >> 8)};

  std::string start =
      std::string(magic) + std::string("\x01\x00", 2) + std::string(length, sizeof length) + header;
  OutputFiles files;
  files.write(path, {std::as_bytes(std::span(start)), {tensor.bytes(), tensor.size_bytes()}});
  files.commit();
}

} // namespace fovea::host
