# cmake -DOUTPUT=file.cpp -DFILES=a,b,c -P code_identity.cmake
#
# Writes the source of fovea::kernels::code_identity(): a hash of the files' contents.
string(REPLACE "," ";" files "${FILES}")
set(hashes "")
foreach(file ${files})
  file(SHA256 "${file}" hash)
  string(APPEND hashes "${hash}\n")
endforeach()
string(SHA256 identity "${hashes}")
file(WRITE "${OUTPUT}" "// Generated from the libraries that make kernels.
#include <fovea/kernels/kernels.hpp>

namespace fovea::kernels {

std::string_view code_identity() {
  return \"${identity}\";
}

} // namespace fovea::kernels
")
