// The communes, wards and towns of Trà Vinh before 01/7/2025, by district: 106.
export const formerDistricts: readonly { district: string; communes: readonly string[] }[] = [
  { district: 'huyện Châu Thành', communes: ['thị trấn Châu Thành', 'xã Hòa Lợi', 'xã Hòa Minh', 'xã Hòa Thuận', 'xã Hưng Mỹ', 'xã Long Hòa', 'xã Lương Hoà A', 'xã Lương Hòa', 'xã Mỹ Chánh', 'xã Nguyệt Hóa', 'xã Phước Hảo', 'xã Song Lộc', 'xã Thanh Mỹ', 'xã Đa Lộc'] },
  { district: 'huyện Càng Long', communes: ['thị trấn Càng Long', 'xã An Trường A', 'xã An Trường', 'xã Bình Phú', 'xã Huyền Hội', 'xã Mỹ Cẩm', 'xã Nhị Long Phú', 'xã Nhị Long', 'xã Phương Thạnh', 'xã Tân An', 'xã Tân Bình', 'xã Đại Phúc', 'xã Đại Phước', 'xã Đức Mỹ'] },
  { district: 'huyện Cầu Kè', communes: ['thị trấn Cầu Kè', 'xã An Phú Tân', 'xã Châu Điền', 'xã Hoà Tân', 'xã Hòa Ân', 'xã Ninh Thới', 'xã Phong Phú', 'xã Phong Thạnh', 'xã Tam Ngãi', 'xã Thông Hòa', 'xã Thạnh Phú'] },
  { district: 'huyện Cầu Ngang', communes: ['thị trấn Cầu Ngang', 'thị trấn Mỹ Long', 'xã Hiệp Hòa', 'xã Hiệp Mỹ Tây', 'xã Hiệp Mỹ Đông', 'xã Kim Hòa', 'xã Long Sơn', 'xã Mỹ Hòa', 'xã Mỹ Long Bắc', 'xã Mỹ Long Nam', 'xã Nhị Trường', 'xã Thuận Hòa', 'xã Thạnh Hòa Sơn', 'xã Trường Thọ', 'xã Vĩnh Kim'] },
  { district: 'huyện Duyên Hải', communes: ['thị trấn Long Thành', 'xã Long Khánh', 'xã Long Vĩnh', 'xã Ngũ Lạc', 'xã Đôn Châu', 'xã Đôn Xuân', 'xã Đông Hải'] },
  { district: 'huyện Tiểu Cần', communes: ['thị trấn Cầu Quan', 'thị trấn Tiểu Cần', 'xã Hiếu Trung', 'xã Hiếu Tử', 'xã Hùng Hòa', 'xã Long Thới', 'xã Ngãi Hùng', 'xã Phú Cần', 'xã Tân Hòa', 'xã Tân Hùng', 'xã Tập Ngãi'] },
  { district: 'huyện Trà Cú', communes: ['thị trấn Trà Cú', 'thị trấn Định An', 'xã An Quảng Hữu', 'xã Hàm Giang', 'xã Hàm Tân', 'xã Kim Sơn', 'xã Long Hiệp', 'xã Lưu Nghiệp Anh', 'xã Ngãi Xuyên', 'xã Ngọc Biên', 'xã Phước Hưng', 'xã Thanh Sơn', 'xã Tân Hiệp', 'xã Tân Sơn', 'xã Tập Sơn', 'xã Đại An', 'xã Định An'] },
  { district: 'thành phố Trà Vinh', communes: ['phường 1', 'phường 2', 'phường 3', 'phường 4', 'phường 5', 'phường 6', 'phường 7', 'phường 8', 'phường 9', 'xã Long Đức'] },
  { district: 'thị xã Duyên Hải', communes: ['phường 1', 'phường 2', 'xã Dân Thành', 'xã Hiệp Thạnh', 'xã Long Hữu', 'xã Long Toàn', 'xã Trường Long Hòa'] },
];
